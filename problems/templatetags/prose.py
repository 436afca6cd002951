"""Markdown with maths for what people write: `$...$` becomes MathML on the server, and nothing in it can run."""

from functools import cache

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from latex2mathml.converter import convert
from latex2mathml.exceptions import NoAvailableTokensError
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

register = template.Library()
