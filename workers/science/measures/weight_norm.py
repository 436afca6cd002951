import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import WeightNorm
from workers.science.evaluation import Snapshot
from workers.science.registry import implements


@implements(WeightNorm)
def weight_norm(spec: WeightNorm, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Sum of squares of the trained weights, in float64: of all, and of each matrix by its name if asked."""
    squares = {name: snapshot.weights[name].double().square().flatten(1).sum(1) for name in snapshot.trained}
    total = {"": torch.stack(list(squares.values())).sum(0)}
    return total | squares if spec.per_matrix else total
