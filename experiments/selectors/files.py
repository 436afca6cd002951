"""The files of a run as its page lists them."""

from dataclasses import dataclass

from experiments.models import Artifact, Run
from experiments.recipe import Recipe
from experiments.selectors.measured import points_of


@dataclass(frozen=True)
class Checkpoints:
    """Those of one seed at one grid point; `others` are the (point, seed) pairs that have some too."""

    point: int
    seed: int
    rows: list[Artifact]
    others: list[tuple[int, str, int]]  # point, what is special about it, seed


def checkpoints_of(run: Run, recipe: Recipe, *, point: int | None, seed: int | None) -> Checkpoints | None:
    """The chosen seed's checkpoints, or the first that has any. Resume states are the worker's own and not listed."""
    stored = Artifact.objects.filter(shard__run=run, kind=Artifact.Kind.CHECKPOINT, seed__isnull=False)
    pairs = stored.order_by("shard__point", "seed").values_list("shard__point", "seed").distinct()
    labels = points_of(recipe)
    others = [(found, labels.get(found, ""), of) for found, of in pairs if of is not None]
    if not others:
        return None
    chosen = next(((p, s) for p, _, s in others if (p, s) == (point, seed)), (others[0][0], others[0][2]))
    rows = stored.filter(shard__point=chosen[0], seed=chosen[1]).select_related("blob", "shard").order_by("step")
    return Checkpoints(chosen[0], chosen[1], list(rows), others)
