from jaxtyping import Float
from torch import Tensor

from experiments.recipe.observing import Loss
from workers.science.evaluation import Snapshot
from workers.science.registry import implements
from workers.science.training.loss import cross_entropy


@implements(Loss)
def loss(spec: Loss, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean cross-entropy at the answer positions, at least 0, in nats per token; ln(d_vocab_out) for uniform logits."""
    logits, labels = snapshot.logits(spec.split, spec.part), snapshot.labels(spec.split, spec.part)
    return {"": cross_entropy(logits, labels, snapshot.loss_dtype)}
