"""Markdown and maths are shown; nothing a person writes can run or reach out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
