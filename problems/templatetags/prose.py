"""Markdown with maths, for what people write: `$...$` becomes MathML on the server, and nothing in it can run."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from problems.markdown import html_of

register = template.Library()


@register.filter
def prose(text: str) -> SafeString:
    return mark_safe(html_of(text))
