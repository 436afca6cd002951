"""What templates of the whole site share: dates that say both, linked problem numbers, difficulty, sparklines."""

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from html import escape

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, urlize
from django.utils.safestring import SafeString, mark_safe

from problems.evidence import ResultCell
from problems.models import Claim, ListEntry, Problem, Proposal
from problems.status import MEANING, Status

register = template.Library()


DAY, HOUR, MINUTE = datetime.timedelta(days=1), datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
UNITS = [  # unit, its length, and the age from which it is the one to use
    ("year", 365 * DAY, 730 * DAY),
    ("month", 30.44 * DAY, 61 * DAY),
    ("day", DAY, DAY),
    ("hour", HOUR, HOUR),
    ("minute", MINUTE, MINUTE),
]


def age_in_words(age: datetime.timedelta) -> str:
    """ "3 hours ago", "12 days ago", "2 years ago": one number, rounded down."""
    for unit, length, shown_from in UNITS:
        if age >= shown_from:
            n = age // length
            return f"{n} {unit}{'' if n == 1 else 's'} ago"
    return "just now"


@register.filter
def ago(moment: datetime.datetime) -> SafeString:
    """How long ago, with the date on hover and in print."""
    exact = moment.astimezone(datetime.UTC).isoformat(" ", "minutes").removesuffix("+00:00")
    words = age_in_words(timezone.now() - moment)
    return mark_safe(f'<time datetime="{moment.isoformat()}" title="{exact} UTC">{words}</time>')


@register.filter
def started(claim: Claim) -> SafeString:
    """When a claim began, no more precise than is known."""
    words = age_in_words(timezone.now() - claim.started_at)
    known = claim.started_on_text
    shown = known if claim.is_imported else words
    return format_html('<time datetime="{}" title="{}">{}</time>', known, known, shown)


@register.filter
@lru_cache(maxsize=2000)
def linked(text: str) -> SafeString:
    """With its addresses as links: `urlize`, remembered, for notes that seldom change."""
    return mark_safe(urlize(text, nofollow=True, autoescape=True))


@register.filter
def with_links(text: str, problems: Iterable[Problem]) -> SafeString:
    """Escapes the text and makes a link of each number of `problems` in it; other numbers stay as they are."""
    urls = {problem.number: problem.get_absolute_url() for problem in problems}

    def link(match: re.Match[str]) -> str:
        number = match.group()
        return format_html('<a href="{}">{}</a>', urls[number], number) if number in urls else number

    return mark_safe(re.sub(r"(?<![\d.])\d+\.\d+(?![\d.]*\d)", link, conditional_escape(text)))


@register.simple_tag
def difficulty(rated: Problem | ListEntry | Proposal) -> SafeString:
    """The letter in a chip, a range from low to high, an empty outline when it is not known."""
    return difficulty_chip(rated.difficulty_low, rated.difficulty_high)


@cache
def difficulty_chip(low: str, high: str) -> SafeString:
    if not low:
        return mark_safe(
            '<span class="difficulty" data-unknown title="Difficulty not known">'
            '<span class="visually-hidden">unknown</span></span>'
        )
    letters = dict.fromkeys([low, high])
    spans = "".join(f'<span data-letter="{letter}">{letter}</span>' for letter in letters)
    title = f"Difficulty {' to '.join(letters)}"
    return format_html('<span class="difficulty" title="{}">{}</span>', title, mark_safe(spans))


@register.simple_tag
def claimant(claim: Claim) -> SafeString:
    """Who made a claim, with a link if they are here."""
    if not claim.claimant:
        return mark_safe(escape(claim.who))
    handle = escape(claim.claimant.username)
    return mark_safe(f'<a class="above" href="{claim.claimant.get_absolute_url()}">@{handle}</a>')


@register.simple_tag
@cache
def status(value: str) -> SafeString:
    """The word with its dot, and its one-line meaning on hover."""
    known = Status(value)
    return format_html(
        '<span class="status" data-status="{}" title="{}">{}</span>', known.value, MEANING[known], known.label
    )


@register.simple_tag
def sparkline(cell: ResultCell) -> SafeString:
    """A small line from the numbers of `cell`, fitted into a box of 72 by 20."""
    steps, values = zip(*cell.points, strict=True)
    points = " ".join(f"{x},{19 - y:.1f}" for x, y in zip(across(steps), fitted(values, 18), strict=True))
    return mark_safe(
        f'<svg class="sparkline" viewBox="0 0 72 20" role="img" aria-label="{escape(cell.points_label)}">'
        f'<polyline points="{points}"/></svg>'
    )


@lru_cache(maxsize=500)
def across(steps: tuple[float, ...]) -> list[str]:
    """Remembered: most runs on a page were measured at the same steps."""
    return [f"{x:.1f}" for x in fitted(steps, 72)]


def fitted(values: Sequence[float], width: float) -> list[float]:
    """From 0 for the lowest to `width` for the highest; in the middle where all are level."""
    low, span = min(values), max(values) - min(values)
    return [(value - low) / span * width for value in values] if span else [width / 2] * len(values)
