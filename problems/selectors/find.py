"""Find me a problem: one to begin within the time somebody has, and why each fits."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone

from problems.evidence import LaptopTime, registered_evidence
from problems.filters import chosen_values, condition
from problems.models import ListEntry
from problems.models.entries import ListEntryQuerySet, is_claimed
from problems.selectors.rows import Row, rows_of
from problems.status import MEANING

HANDFUL = 6


@dataclass(frozen=True)
class Fit:
    row: Row
    reasons: list[str]


@dataclass(frozen=True)
class Dropped:
    """A wish without which there would be an answer."""

    text: str
    n: int
    query: str


@dataclass(frozen=True)
class Answer:
    fits: list[Fit]
    n: int
    to_drop: list[Dropped]


def find_problems(wishes: Mapping[str, Any]) -> Answer:
    """`wishes` are those of the form; an empty one is none."""
    now = timezone.now()
    asked = {name: value for name, value in wishes.items() if value}
    found = fitting(asked, now)
    shown = list(
        found.order_by("reported", "place_from_easiest", "-n_laptop_recipes", "category_id", "index")[:HANDFUL]
    )
    times = laptop_times([entry.pk for entry in shown])
    fits = [Fit(row, reasons(row, times.get(row.entry.pk))) for row in rows_of(shown, [], now)]
    return Answer(fits, found.count(), [] if fits else what_to_drop(asked, now))


def fitting(wishes: Mapping[str, Any], now: datetime.datetime) -> ListEntryQuerySet:
    """With a recipe that a laptop can carry out, in whatever time if no time is wished for."""
    found = ListEntry.objects.filter(n_laptop_recipes__gt=0)
    for name, value in wishes.items():
        found = found.filter(WISHES[name](value, now))
    return found


def is_done_within(minutes: int, now: datetime.datetime) -> Q:
    evidence = registered_evidence()
    return Q(pk__in=evidence.done_within(60 * minutes)) if evidence else Q(pk__in=[])


WISHES: dict[str, Callable[[Any, datetime.datetime], Q]] = {
    "minutes": is_done_within,
    "free": lambda wanted, now: ~is_claimed(now),
    "new": lambda wanted, now: Q(n_references=0, reported=""),
    "difficulty": lambda letters, now: condition("difficulty", chosen_values("difficulty", letters), now),
    "category": lambda category, now: Q(category=category),
}
IN_WORDS: dict[str, Callable[[Any], str]] = {
    "minutes": lambda minutes: f"{minutes} minutes",
    "free": lambda wanted: "nobody is on it",
    "new": lambda wanted: "no existing work",
    "difficulty": lambda letters: f"difficulty {' or '.join(letters)}",
    "category": str,
}


def reasons(row: Row, time: LaptopTime | None) -> list[str]:
    entry = row.entry
    known = [
        f"its recipe takes {in_minutes(time.seconds)} on a laptop, {time.rests_on}" if time else "",
        "somebody is on it; a claim locks nothing" if row.claims else "nobody is on it",
        f"difficulty {entry.difficulty.replace('-', ' to ')}" if entry.difficulty_low else "difficulty not known",
        "no existing work is listed" if not entry.n_references else "",
        "nothing has been run on it yet" if not entry.n_runs else "",
        "help is wanted" if entry.n_wishes else "",
        "starred in the source" if entry.starred else "",
        MEANING[row.status] if entry.reported else "",
    ]
    return [reason for reason in known if reason]


def in_minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return f"about {minutes} minute{'' if minutes == 1 else 's'}"


def laptop_times(keys: list[int]) -> Mapping[int, LaptopTime]:
    evidence = registered_evidence()
    return evidence.laptop_times(keys) if evidence else {}


def what_to_drop(wishes: Mapping[str, Any], now: datetime.datetime) -> list[Dropped]:
    """Each wish alone whose loss gives an answer."""
    found = []
    for name in wishes:
        others = {other: value for other, value in wishes.items() if other != name}
        n = fitting(others, now).count()
        if n:
            found.append(Dropped(IN_WORDS[name](wishes[name]), n, as_query(others)))
    return found


def as_query(wishes: Mapping[str, Any]) -> str:
    """The address of the same wishes. `asked` tells an unticked box from a first visit."""
    plain = {name: getattr(value, "pk", "on" if value is True else value) for name, value in wishes.items()}
    return urlencode({"asked": "yes", **plain}, doseq=True)
