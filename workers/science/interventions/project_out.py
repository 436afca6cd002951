import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.interventions import ProjectOut
from experiments.recipe.tasks import ModularTask
from workers.science.fourier import frequency_filter
from workers.science.interventions.intervention import Intervention, Projections, Stage
from workers.science.model import Weights
from workers.science.randomness import generator
from workers.science.registry import implements

TABLE, FIRST_LAYER = "embed.W_E", "layers.0.W_in"


@implements(ProjectOut)
class ProjectOutFrequencies(Intervention):
    """W <- (1 - P) W, P the projection on the frequencies, or on as many random directions; for `only-these`, (P + C) W
    with C the projection on the constant. Rows that stand for no residue, such as that of "=", stay as they are."""

    def __init__(self, spec: ProjectOut) -> None:
        self.spec = spec

    def projections(self, stage: Stage, purpose: str) -> Projections:
        assert isinstance(stage.task, ModularTask), "the recipe refuses other tasks"
        modulus = stage.task.modulus
        filter_ = frequency_filter(modulus, self.spec.frequencies)
        by_seed = []
        for seed in stage.seeds:
            random = generator(seed, purpose)
            taken = filter_ if self.spec.by == "frequency" else random_filter(modulus, _rank(filter_), random)
            constant = torch.full_like(taken, 1 / modulus)
            by_seed.append(taken + constant if self.spec.leave == "only-these" else torch.eye(modulus) - taken)
        name, n_operands = _reader(stage.weights, stage.task)
        n_rows = stage.weights[name].shape[1]
        onto = torch.stack([_over_rows(one, n_operands, n_rows) for one in by_seed]).to(stage.weights[name])
        return Projections({name: onto}, lasts=self.spec.when == "for-ever")


def random_filter(modulus: int, rank: int, random: torch.Generator) -> Float[Tensor, "p p"]:
    """The projection on so many random dimensions among those orthogonal to the constant."""
    drawn = torch.randn(modulus, rank, generator=random, dtype=torch.float64)
    directions, _ = torch.linalg.qr(drawn - drawn.mean(dim=0))  # (p, rank), orthonormal
    projection: Tensor = directions @ directions.T
    return projection


def _rank(projection: Float[Tensor, "p p"]) -> int:
    return round(projection.trace().item())


def _reader(weights: Weights, task: ModularTask) -> tuple[str, int]:
    """The weight that reads the operands, and for how many of them it has rows, one block after the other."""
    return (TABLE, 1) if TABLE in weights else (FIRST_LAYER, task.n_operands)


def _over_rows(projection: Float[Tensor, "p p"], n_operands: int, n_rows: int) -> Float[Tensor, "row row"]:
    """The same for each block of p rows; the identity on what comes after them."""
    size = len(projection)
    whole = torch.eye(n_rows, dtype=projection.dtype)
    for first in range(0, n_operands * size, size):
        whole[first : first + size, first : first + size] = projection
    return whole
