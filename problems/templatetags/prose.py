"""Markdown with maths, for what people write: `$...$` becomes MathML on the server, and nothing in it can run."""

from functools import cache
from html import escape
from typing import Any

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

register = template.Library()

# fmt: off
MATHML = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt", "mroot",
    "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts", "mprescripts", "none",
}
MATHML_ATTRIBUTES = {
    "display", "mathvariant", "stretchy", "fence", "separator", "form", "accent", "accentunder", "columnalign",
    "rowspacing", "columnspacing", "width", "height", "depth", "lspace", "rspace", "linethickness", "displaystyle",
    "scriptlevel", "minsize", "maxsize", "movablelimits", "symmetric", "notation",
}
TEXT = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5",
    "h6", "a", "table", "thead", "tbody", "tr", "th", "td",
}
# fmt: on


@register.filter
def prose(text: str) -> SafeString:
    """The Markdown as HTML. Headings begin at the third level, below those of the page."""
    return mark_safe(
        nh3.clean(
            _markdown().render(text),
            tags=TEXT | MATHML,
            attributes={"a": {"href"}, "ol": {"start"}} | dict.fromkeys(MATHML, MATHML_ATTRIBUTES),
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener",
        )
    )


@cache
def _markdown() -> MarkdownIt:
    """Raw HTML is text; pictures are links, so that reading a note never calls another site."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.use(dollarmath_plugin, allow_digits=False, double_inline=True, renderer=_mathml)
    parser.core.ruler.push("lower_headings", _lower_headings)
    return parser


def _mathml(formula: str, options: dict[str, Any]) -> str:
    """A formula that cannot be read stays as it was written."""
    display = "block" if options.get("display_mode") else "inline"
    try:
        return str(convert(formula, display=display))
    except Exception:  # the converter's many errors have no base of their own, and any text can come here
        return f"<code>{escape(formula)}</code>"


def _lower_headings(state: Any) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
