"""Markdown and maths are shown; nothing a person writes can run or reach out."""

import re
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.markdown import MATHML, MATHML_ATTRIBUTES, TEXT, Known, html_of, plain_text_of, runs_in
from problems.templatetags.prose import prose


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a **b** `c`", "<p>a <strong>b</strong> <code>c</code></p>"),
        ("# Title", "<h3>Title</h3>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        ("costs $5 and $6", "<p>costs $5 and $6</p>"),
        ("[x](https://example.org)", '<p><a href="https://example.org" rel="nofollow noopener">x</a></p>'),
        ("$a_{$", "<p><code>a_{</code></p>"),
    ],
)
def test_markdown_becomes_html(text, html):
    assert prose(text).strip() == html


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# A\n\n### B\n\n###### C\n\n# D", ["h2", "h3", "h4", "h2"]),
        ("### A\n\n# B\n\n## C", ["h2", "h2", "h3"]),
        ("\n\n".join(f"{'#' * n} x" for n in range(1, 7)), ["h2", "h3", "h4", "h5", "h6", "h6"]),
    ],
)
def test_headings_follow_that_of_the_page_and_none_is_skipped(text, levels):
    assert re.findall(r"<(h\d)>", prose(text, 2)) == levels
    assert re.findall(r"</(h\d)>", prose(text, 2)) == levels


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Title\n\nI *tried* $p = 113$,\nand `W_E`.", "Title I tried p = 113, and W_E."),
        ("> quoted\n\n- [one](https://example.org)\n- @two\n\n```\nx = 1\n```", "quoted one @two x = 1"),
        ("a < b & <b>c</b>", "a < b & <b>c</b>"),
    ],
)
def test_plain_text_has_the_words_and_none_of_the_marks(text, plain):
    assert plain_text_of(text) == plain


def test_a_formula_becomes_mathml():
    assert "<math" in prose("the norm $\\|W_E\\|^2$ grows")
    assert "<msup>" in prose("$x^2$")
    assert 'display="block"' in prose("$$\\sum_k x_k$$")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](https://example.org/tracker.png)",
        "$\\href{javascript:alert(1)}{x}$",
        "$\\text{<script>alert(1)</script>}$",
        "<math><mtext><style><img src=x onerror=alert(1)>",
        "`<b onclick=x>`",
    ],
)
def test_nothing_can_run_or_reach_out(text):
    html = prose(text)
    assert not re.search(r"<(script|img|style|iframe|b )|href=\"(javascript|data)|<[^>]* on\w+=", html, re.IGNORECASE)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_can_be_shown(text):
    tags = set(re.findall(r"<(\w+)", prose(f"${text}$\n\n{text}")))
    assert not tags & {"script", "img", "style", "iframe", "svg", "object", "form"}


SAFE = {"p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "table", "thead"}
SAFE |= {"tbody", "tr", "th", "td", *(f"h{n}" for n in range(3, 7))} | MATHML
PIECES = [
    *(
        "<script>alert(1)</script>",
        "<svg onload=x>",
        "<img src=x onerror=y>",
        "<math>",
        "<mtext>",
        "<style>",
        "</style>",
    ),
    *("<mglyph>", "<annotation-xml encoding='text/html'>", "<!--", "-->", "<![CDATA[", "]]>", "javascript:x", "data:x"),
    *(
        "[a](",
        "](javascript:alert(1))",
        ")",
        "<",
        ">",
        "&",
        "&lt;",
        "&#60;",
        '"',
        "'",
        "`",
        "```\n",
        "$",
        "$$",
        "\\",
        "{",
        "}",
    ),
    *(
        "\\text{",
        "\\href{javascript:x}{y}",
        "\\class{x}",
        "^",
        "_",
        "\n",
        "\n\n",
        "> ",
        "# ",
        "| a |",
        "|-|",
        "@alice",
        "@",
    ),
    *(
        "run 42",
        "/runs/42/",
        "https://x.org/",
        "http://[",
        "https://x'onclick=y",
        "vbscript:",
        "a",
        " ",
        "\x00",
        "\u2028",
    ),
]
KNOWN = Known({"alice": "/people/alice/"}, {42: "/runs/42/"})


class Reader(HTMLParser):
    """What a browser would meet in the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=14).map("".join))
def test_whatever_is_written_nothing_can_run(text):
    html = html_of(text, KNOWN)
    met = Reader(html)
    assert met.tags <= SAFE and met.attributes <= {"href", "rel", "start"} | MATHML_ATTRIBUTES
    assert all(re.match(r"(https?:|mailto:|[/#?.\w%]*$|[^:]*$)", link, re.I) for link in met.links), met.links
    assert not any(re.match(r"\s*(javascript|data|vbscript):", link, re.I) for link in met.links)
    again = nh3.clean(html, tags=TEXT | MATHML, attributes={"a": {"href"}} | dict.fromkeys(MATHML, MATHML_ATTRIBUTES))
    assert Reader(again).tags <= met.tags  # read once more, as a browser does, it turns into nothing else


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("@Alice, see run 42.", '<a href="/people/alice/" {rel}>@Alice</a>, see <a href="/runs/42/" {rel}>run 42</a>.'),
        ("a@alice.org `@alice` run 43", "a@alice.org <code>@alice</code> run 43"),
        ("(https://x.org/a_b).", '(<a href="https://x.org/a_b" {rel}>https://x.org/a_b</a>).'),
        ("[@alice](https://x.org)", '<a href="https://x.org" {rel}>@alice</a>'),
        ("turn 42 prun 42", "turn 42 prun 42"),
    ],
)
def test_people_runs_and_addresses_become_links(text, html):
    assert html_of(text, KNOWN) == f"<p>{html.format(rel='rel=' + chr(34) + 'nofollow noopener' + chr(34))}</p>\n"


def test_the_address_of_a_run_on_this_site_mentions_it():
    assert runs_in("http://127.0.0.1:8000/runs/7/ http://elsewhere.org/runs/8/ /runs/9/ Run 10") == (7, 9, 10)
