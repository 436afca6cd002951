"""Markdown with maths as HTML. What it mentions - people, runs, addresses - becomes links; nothing in it can run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from html import escape
from typing import Any

import nh3
from django.conf import settings
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

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

ADDRESS = r"(?P<address>https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}])"
RUN = r"(?<![\w/])(?:/runs/(?P<run_path>\d{1,9})/|[Rr]un (?P<run>\d{1,9})\b)"
HANDLE = r"(?<![\w.@/])@(?P<handle>[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)"
MENTION = re.compile(f"{ADDRESS}|{RUN}|{HANDLE}")


@dataclass(frozen=True)
class Known:
    """What mentions may link to: pages of people by lower-case handle, pages of runs by number."""

    people: Mapping[str, str] = field(default_factory=dict)
    runs: Mapping[int, str] = field(default_factory=dict)


NOTHING_KNOWN = Known()


def html_of(text: str, known: Known = NOTHING_KNOWN, *, first_heading: int = 3) -> str:
    """Headings begin at that level, below those of the page, and none goes down by more than one."""
    people = tuple((handle, known.people[handle]) for handle in sorted(handles_in(text)) if handle in known.people)
    runs = tuple((run, known.runs[run]) for run in runs_in(text) if run in known.runs)
    return _html_of(text, people, runs, first_heading)


@lru_cache(maxsize=4096)  # formulas take milliseconds, and a page shows a hundred comments
def _html_of(
    text: str, people: tuple[tuple[str, str], ...], runs: tuple[tuple[int, str], ...], first_heading: int
) -> str:
    told = {"known": Known(dict(people), dict(runs)), "first_heading": first_heading}
    return nh3.clean(
        _markdown().render(text, told),
        tags=TEXT | MATHML,
        attributes={"a": {"href"}, "ol": {"start"}} | dict.fromkeys(MATHML, MATHML_ATTRIBUTES),
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )


def plain_text_of(text: str) -> str:
    """The words without their marks, on one line; formulas as they were typed."""
    inline = (token for token in _markdown().parse(text) for token in (token.children or [token]))
    return " ".join("".join(_words(token) for token in inline).split())


def _words(token: Token) -> str:
    is_line = token.type in ("softbreak", "hardbreak", "paragraph_close", "heading_close", "td_close", "th_close")
    return " " if is_line else token.content


@lru_cache(maxsize=4096)
def handles_in(text: str) -> frozenset[str]:
    """In lower case; some may be nobody's."""
    return frozenset(match["handle"].lower() for match in MENTION.finditer(text) if match["handle"])


@lru_cache(maxsize=4096)
def runs_in(text: str) -> tuple[int, ...]:
    """In the order in which they are first mentioned, in text or code."""
    found = (_run_of(match) for match in MENTION.finditer(text))
    return tuple(dict.fromkeys(int(number) for number in found if number))


def _run_of(match: re.Match[str]) -> str | None:
    """The address of a run on this site, as one copies it from the browser, mentions it too."""
    if match["address"]:
        path = re.match(r"/runs/(\d{1,9})(?:/|\Z)", match["address"].removeprefix(settings.BASE_URL))
        return path[1] if path else None
    return match["run"] or match["run_path"]


@cache
def _markdown() -> MarkdownIt:
    """Raw HTML is text; pictures are links, so that reading a note never calls another site."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.use(dollarmath_plugin, allow_digits=False, double_inline=True, renderer=_mathml)
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.core.ruler.push("link_mentions", _link_mentions)
    return parser


def _mathml(formula: str, options: dict[str, Any]) -> str:
    """A formula that cannot be read stays as it was written."""
    display = "block" if options.get("display_mode") else "inline"
    try:
        return str(convert(formula, display=display))
    except Exception:  # the converter's many errors have no base of their own, and any text can come here
        return f"<code>{escape(formula)}</code>"


def _lower_headings(state: StateCore) -> None:
    """Whoever hears a page goes through it by its headings: what members skip is closed up."""
    written = [int(token.tag[1]) for token in state.tokens if token.type == "heading_open"]
    first: int = state.env.get("first_heading", 3)
    level, places = first - 1, {size: place for place, size in enumerate(sorted(set(written)))}
    for token in state.tokens:
        if token.type == "heading_open":
            level = min(6, level + 1, first + places[int(token.tag[1])])
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{level}"


def _link_mentions(state: StateCore) -> None:
    """In text only: not in code, not in formulas, not within a link."""
    known: Known = state.env.get("known", NOTHING_KNOWN)
    for block in state.tokens:
        if block.type != "inline":
            continue
        linked, depth = [], 0
        for token in block.children or []:
            depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            linked += _with_links(token, known) if token.type == "text" and not depth else [token]
        block.children = linked


def _with_links(token: Token, known: Known) -> list[Token]:
    made, end = [], 0
    for match in MENTION.finditer(token.content):
        href = _href(match, known)
        if href is None:
            continue
        made.append(_text(token.content[end : match.start()]))
        made += [Token("link_open", "a", 1, {"href": href}), _text(match.group()), Token("link_close", "a", -1)]
        end = match.end()
    return [*made, _text(token.content[end:])] if made else [token]


def _href(match: re.Match[str], known: Known) -> str | None:
    if match["address"]:
        return match["address"]
    if match["handle"]:
        return known.people.get(match["handle"].lower())
    return known.runs.get(int(match["run"] or match["run_path"]))


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
