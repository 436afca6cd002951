from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import Loss
from workers.science.evaluation import Snapshot
from workers.science.registry import implements


@implements(Loss)
def loss(spec: Loss, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """What training lowers, at least 0. Tokens: mean cross-entropy at the answers, in nats; ln(d_vocab_out) for uniform
    logits. Numbers: mean over answers of the squared error, weighted by importance and summed over the numbers."""
    outputs, labels = snapshot.outputs(spec.split, spec.part), snapshot.labels(spec.split, spec.part)
    return {"": snapshot.loss(outputs, labels)}
