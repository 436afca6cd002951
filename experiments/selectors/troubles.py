"""Shards that failed, in the words of a page: what kind of failure, what happened, what to do, what was said last."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.models import RunEvent, Shard
from experiments.protocol import FailureKind
from experiments.selectors.logs import last_lines

SHOWN = 5

KINDS: dict[str, tuple[str, str]] = {  # title, and what to do where the worker had no better advice
    FailureKind.OUT_OF_MEMORY: ("Out of memory", "Ask for a smaller model, batch or stack of seeds."),
    FailureKind.NOT_FINITE: ("Not finite", "Lower the learning rate, clip gradients, or take the loss in float64."),
    FailureKind.TIME_LIMIT: ("Time limit", "Ask for fewer steps, a smaller model or fewer seeds."),
    FailureKind.WORKER_LOST: ("Worker lost", "Nothing is wrong with the recipe as far as is known: run it again."),
    FailureKind.STORAGE: ("Storage", "The files could not be kept: run it again, and tell the operator if it recurs."),
    FailureKind.INVALID: ("Invalid", "Fork the recipe: the editor says what has to change."),
}


@dataclass(frozen=True)
class Trouble:
    shard: Shard
    title: str
    hint: str
    tail: list[RunEvent]


def troubles_of(shards: Sequence[Shard]) -> list[Trouble]:
    """The first few of the shards that failed."""
    failed = [shard for shard in shards if shard.failure]
    return [_trouble(shard) for shard in failed[:SHOWN]]


def _trouble(shard: Shard) -> Trouble:
    title, advice = KINDS.get(shard.failure, (shard.failure, ""))
    return Trouble(shard, title, shard.failure_hint or advice, last_lines(shard))
