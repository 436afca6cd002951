"""Markdown with maths, for what people write: `$...$` becomes MathML on the server, and nothing in it can run."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from problems.markdown import html_of

register = template.Library()


@register.filter
def prose(text: str, first_heading: int = 3) -> SafeString:
    """`{{ text|prose:2 }}` where it stands right below the heading of the page."""
    return mark_safe(html_of(text, first_heading=first_heading))
