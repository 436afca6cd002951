"""The log of a run: its events in the order in which they were stored, each with the number of its line."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from experiments.models import Run, RunEvent, Shard

MAX_LINES = 500
NEAR_END = 200  # lines a page shows at first; earlier ones are a link away
TAIL = 20


@dataclass(frozen=True)
class LogPart:
    """Some lines of a log. `after` asks for the next ones."""

    lines: list[tuple[int, RunEvent]]
    after: int
    n_before: int
    is_whole: bool  # these are the newest there are


def log_after(run: Run, after: int, *, shard: int | None = None, limit: int = MAX_LINES) -> LogPart:
    """The lines stored after an event. Events of a run are stored under its lock, so none can turn up in between."""
    asked = _events(run, shard)
    lines = list(asked.filter(pk__gt=after).select_related("shard").order_by("pk")[: limit + 1])
    shown = lines[:limit]
    n_before = asked.filter(pk__lte=after).count()
    newest = shown[-1].pk if shown else after
    return LogPart(list(enumerate(shown, start=n_before + 1)), newest, n_before, len(lines) <= limit)


def near_end(run: Run, *, shard: int | None = None) -> int:
    """The event after which the last lines come."""
    late = _events(run, shard).order_by("-pk").values_list("pk", flat=True)
    return next(iter(late[NEAR_END : NEAR_END + 1]), 0)


def last_lines(shard: Shard, n_lines: int = TAIL) -> list[RunEvent]:
    """What a shard said last, oldest first."""
    newest = RunEvent.objects.filter(shard=shard, kind=RunEvent.Kind.LOG).order_by("-pk")[:n_lines]
    return list(reversed(newest))


def as_text(run: Run) -> Iterator[str]:
    """The whole log for a file: one event a line, further lines of a text indented."""
    for event in RunEvent.objects.filter(run=run).select_related("shard").order_by("pk").iterator(chunk_size=500):
        where = f"shard {event.shard.index} attempt {event.epoch}" if event.shard else "run"
        yield f"{event.at:%Y-%m-%dT%H:%M:%S.%f}Z  {where}  {said(event).replace(chr(10), chr(10) + '    ')}\n"


def said(event: RunEvent) -> str:
    if event.kind == RunEvent.Kind.LOG:
        return event.text
    move = f"{event.old_state} -> {event.new_state}" if event.old_state else event.new_state
    return f"{move}: {event.text}" if event.text else move


def _events(run: Run, shard: int | None) -> QuerySet[RunEvent]:
    events = RunEvent.objects.filter(run=run)
    return events if shard is None else events.filter(shard__index=shard)
