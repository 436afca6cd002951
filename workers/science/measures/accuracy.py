from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import Accuracy
from workers.science.evaluation import Snapshot
from workers.science.registry import implements


@implements(Accuracy)
def accuracy(spec: Accuracy, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Fraction of answer positions, in [0, 1], at which the largest logit is the right token's."""
    outputs, labels = snapshot.outputs(spec.split, spec.part), snapshot.labels(spec.split, spec.part)
    right = outputs.argmax(-1) == labels  # (seed, example, answer)
    return {"": right.double().mean(dim=(1, 2))}
