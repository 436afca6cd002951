"""The rows and cards of a list, written in Python: as templates, a hundred of them take longer than all else on a page.

What people wrote goes through `escape`; everything else is a number, a date, a path or one of our own words.
"""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from problems.models import Claim, ListEntry
from problems.selectors.rows import Row
from problems.templatetags.catalogue import ago, claimant, difficulty, sparkline, status
from problems.templatetags.search import marked

register = template.Library()

STAR = (
    '<span class="star" title="starred in the source">'
    '<span aria-hidden="true">*</span><span class="visually-hidden">starred in the source</span></span>'
)


@register.simple_tag
def table_rows(rows: Iterable[Row], asked: list[str], carried: str) -> SafeString:
    """`carried` is what a link to a problem carries of the list, for the way to the next one there."""
    return mark_safe("\n".join(table_row(row, asked, escape(carried)) for row in rows))


@register.simple_tag
def cards(rows: Iterable[Row], asked: list[str], carried: str) -> SafeString:
    return mark_safe("\n".join(card(row, asked, escape(carried)) for row in rows))


def table_row(row: Row, asked: list[str], carried: str) -> str:
    entry = row.entry
    notes = " ".join(filter(None, [references(entry, "· "), "· help wanted" if entry.n_wishes else ""]))
    return (
        f'<tr><td class="number mono">{number(entry)}</td>\n'
        f'<td class="what">{link(row, asked, carried)} {muted(notes, "small ")}{hit(row, asked, "span")}</td>\n'
        f'<td class="diff">{difficulty(entry)}</td><td class="stands">{status(row.status)}</td>\n'
        f'<td class="who small">{working_on_it(row.claims)}</td><td class="results small">{result(row)}</td></tr>'
    )


def card(row: Row, asked: list[str], carried: str) -> str:
    entry = row.entry
    notes = [
        status(row.status),
        f"<span>{working_on_it(row.claims)}</span>" if row.claims else "",
        muted(references(entry)),
        muted("help wanted" if entry.n_wishes else ""),
    ]
    shown = f'<p class="small">{result(row)}</p>' if row.result else ""
    return (
        f'<li class="card"><p class="split"><span class="mono">{number(entry)}</span> {difficulty(entry)}</p>\n'
        f'<p class="statement">{link(row, asked, carried)}</p>\n{hit(row, asked, "p")}'
        f'<p class="small toolbar">{" ".join(filter(None, notes))}</p>\n{shown}</li>'
    )


def number(entry: ListEntry) -> str:
    return entry.number + (STAR if entry.starred else "")


def link(row: Row, asked: list[str], carried: str) -> str:
    return f'<a class="row-link" href="{row.entry.get_absolute_url()}{carried}">{marked(row.statement, asked)}</a>'


def references(entry: ListEntry, before: str = "") -> str:
    n = entry.n_references
    return f"{before}{n} reference{'' if n == 1 else 's'}" if n else ""


def muted(text: str, size: str = "") -> str:
    return f'<span class="{size}muted">{text}</span>' if text else ""


def hit(row: Row, asked: list[str], tag: str) -> str:
    """Where a search found what the statement does not say."""
    if not row.hit:
        return ""
    return f'<{tag} class="hit small">{escape(row.hit.source)}: {marked(row.hit.text, asked)}</{tag}>'


def working_on_it(claims: list[Claim]) -> str:
    if not claims:
        return ""
    more = f", {len(claims) - 1} more" if len(claims) > 1 else ""
    return f"{claimant(claims[0])} {ago(claims[0].last_activity_at)}{more}"


def result(row: Row) -> str:
    if not row.result:
        return ""
    line = sparkline(row.result) if row.result.points else ""
    return f"{line}{escape(row.result.text)}"
