"""How far a run is, in the words of its page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.models import HELD, Run, Shard, State


@dataclass(frozen=True)
class Progress:
    """Of the shards of a run taken together."""

    n_shards: int
    n_ended: int
    step: int  # over all shards, and
    steps: int  # all their steps
    seconds_left: float | None
    counts: list[tuple[str, int]]  # shards in each state, in the order of the vocabulary

    @property
    def share(self) -> float:
        return self.step / self.steps if self.steps else 0.0


def progress_of(run: Run, shards: Sequence[Shard]) -> Progress:
    """Time left is that of the shard that needs longest, and unknown while some have not begun."""
    states = Counter(shard.state for shard in shards)
    held = [shard for shard in shards if shard.state in HELD]
    left = [shard.seconds_left for shard in held if shard.seconds_left is not None]
    all_begun = not states[State.QUEUED] and held and len(left) == len(held)
    return Progress(
        n_shards=len(shards),
        n_ended=sum(shard.is_ended for shard in shards),
        step=sum(shard.steps if shard.state == State.SUCCEEDED else shard.step for shard in shards),
        steps=sum(shard.steps for shard in shards),
        seconds_left=max(left) if all_begun else None,
        counts=[(state.label, states[state]) for state in State if states[state]],
    )
