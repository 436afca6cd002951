import math

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import BitsMemorised
from experiments.recipe.tasks.memory import ByHeart
from workers.science.evaluation import Snapshot
from workers.science.registry import implements
from workers.science.training.loss import cross_entropy_where_asked


@implements(BitsMemorised)
def bits_memorised(spec: BitsMemorised, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Sum over the training answers of log2(answers to choose from) - CE / ln 2."""
    task = snapshot.task
    assert isinstance(task, ByHeart), "the recipe's check lets no other task in"
    losses = cross_entropy_where_asked(snapshot.outputs("train"), snapshot.labels("train"), torch.float64)  # nats
    share = 1 - losses / math.log(task.d_vocab_out)
    n_parameters = sum(snapshot.weights[name][0].numel() for name in snapshot.trained)
    return {"": share * task.bits, "per parameter": share * task.bits / n_parameters, "share": share}
