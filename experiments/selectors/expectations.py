"""What a recipe predicts against what each seed did: scored at the end, and so far while it runs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.models import LastValue, Run, Shard
from experiments.recipe import Recipe
from experiments.recipe.expectations import Expectation
from experiments.selectors.measured import points_of

Verdict = Literal["met", "not met", "so far met", "not yet met", "not measured", "not judged"]


@dataclass(frozen=True)
class Seen:
    seed: int
    point: str  # what is special about the grid point
    value: float | None
    step: int | None
    verdict: Verdict


@dataclass(frozen=True)
class Scored:
    expectation: Expectation
    text: str
    seen: list[Seen]
    is_final: bool

    @property
    def n_met(self) -> int:
        return sum(s.verdict in ("met", "so far met") for s in self.seen)


def scored_expectations(run: Run, recipe: Recipe, shards: Sequence[Shard]) -> list[Scored]:
    """Per expectation the value of every seed: as the worker judged it, or its newest value while it trains."""
    points = points_of(recipe)
    running = [shard for shard in shards if not shard.expectations]
    newest = {
        (v.shard_id, v.seed, v.measure, v.split, v.component): v
        for v in LastValue.objects.filter(shard__in=running, measure__in={e.measure for e in recipe.expect})
    }
    scored = []
    for index, expectation in enumerate(recipe.expect):
        seen: list[Seen] = []
        for shard in shards:
            if not expectation.holds_at(shard.overrides):
                continue
            point = points.get(shard.point, "")
            if shard.expectations:
                seen += _judged(index, shard, point)
            else:
                seen += [_so_far(expectation, shard, seed, point, newest) for seed in shard.seeds]
        is_final = all(shard.is_ended for shard in shards)
        scored.append(Scored(expectation, str(expectation), seen, is_final))
    return scored


def _judged(index: int, shard: Shard, point: str) -> list[Seen]:
    by_seed: dict[int, Seen] = defaultdict()
    for row in shard.expectations:
        if row["index"] == index:
            verdict: Verdict = "met" if row["met"] else ("not measured" if row["value"] is None else "not met")
            by_seed[row["seed"]] = Seen(row["seed"], point, row["value"], row["step"], verdict)
    return [by_seed[seed] for seed in shard.seeds if seed in by_seed]


def _so_far(
    expectation: Expectation,
    shard: Shard,
    seed: int,
    point: str,
    newest: dict[tuple[int, int, str, str, str], LastValue],
) -> Seen:
    e = expectation
    found = newest.get((shard.pk, seed, e.measure, e.split or "", e.component))
    if found is None:
        return Seen(seed, point, None, None, "not measured")
    holds = found.value is not None and (e.at_least is None or found.value >= e.at_least)
    holds = holds and (e.at_most is None or (found.value is not None and found.value <= e.at_most))
    verdict: Verdict = "so far met" if holds else "not yet met"
    if shard.is_ended:
        verdict = "not judged"  # it failed or was cancelled on the way
    return Seen(seed, point, found.value, found.step, verdict)
