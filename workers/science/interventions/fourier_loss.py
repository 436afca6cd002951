import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from experiments.recipe.interventions import FourierLoss
from experiments.recipe.tasks import ModularTask
from workers.science.interventions.intervention import Intervention, LossTerm, Stage
from workers.science.model import Weights
from workers.science.registry import implements
from workers.science.tasks.modular_arithmetic import answers, every_pair


@implements(FourierLoss)
class LowerFourierLoss(Intervention):
    """Add coefficient * restricted or excluded loss on the training pairs, each with the label it is trained with.

    With l(a, b) the logits, s = a + b (a - b for subtraction), w_k = 2 pi k / p and P_f the projection, over all p^2
    pairs and for each output apart, on the function f:
        restricted: cross-entropy of mean(l) + sum over k of (P_cos(w_k s) + P_sin(w_k s)) l;
        excluded:   cross-entropy of l - sum over k of (P_cos(w_k s) + P_sin(w_k s)) l.
    Source: Nanda et al. 2023, arXiv 2301.05217, section 5.1; the mean is put back as in their code. They take the
    restricted loss over all pairs, which as a part of training would leak the labels of the test pairs.
    """

    def __init__(self, spec: FourierLoss) -> None:
        self.spec = spec

    def loss_term(self, stage: Stage) -> LossTerm:
        task, train = stage.task, stage.splits["train"]
        assert isinstance(task, ModularTask), "the recipe refuses other tasks"
        pairs = every_pair(task).to(train.labels.device)
        every = pairs.inputs.expand(len(stage.seeds), -1, -1)
        sums = answers(task, pairs.inputs[:, 0], pairs.inputs[:, 1])  # (pair)
        trained = train.inputs[:, :, 0] * task.modulus + train.inputs[:, :, 1]  # (seed, example): the place of its pair
        filter_ = frequency_filter(task.modulus, self.spec.frequencies).to(train.labels.device)

        wants_restricted = self.spec.loss == "restricted"

        def term(weights: Weights) -> Float[Tensor, "seed"]:
            logits = stage.model.answer_outputs(weights, every, stage.answer_positions)[:, :, 0]
            judged = restricted(logits, sums, filter_) if wants_restricted else excluded(logits, sums, filter_)
            rows = trained[:, :, None].expand(-1, -1, judged.shape[-1])
            return self.spec.coefficient * stage.loss(judged.gather(1, rows)[:, :, None], train.labels)

        return term


def frequency_filter(modulus: int, frequencies: Sequence[int]) -> Float[Tensor, "p p"]:
    """F[s, t] = (1/p) sum over k of c_k cos(w_k (s - t)): the projection on cos(w_k s) and sin(w_k s), k among the
    frequencies, or all from 1 to floor(p/2). c_k is 2, but 1 for k = p/2, which has no sine."""
    residues = torch.arange(modulus, dtype=torch.float64)
    differences = residues[:, None] - residues
    filter_ = torch.zeros(modulus, modulus, dtype=torch.float64)
    for k in frequencies or range(1, modulus // 2 + 1):
        weight = 1.0 if 2 * k == modulus else 2.0
        filter_ += weight / modulus * torch.cos(2 * math.pi * k / modulus * differences)
    return filter_


def restricted(
    logits: Float[Tensor, "seed pair d_vocab_out"], sums: Int[Tensor, "pair"], filter_: Float[Tensor, "p p"]
) -> Float[Tensor, "seed pair d_vocab_out"]:
    """The mean of the logits over all pairs, and what the filter keeps of them."""
    return logits.mean(dim=1, keepdim=True) + along_sums(logits, sums, filter_)


def excluded(
    logits: Float[Tensor, "seed pair d_vocab_out"], sums: Int[Tensor, "pair"], filter_: Float[Tensor, "p p"]
) -> Float[Tensor, "seed pair d_vocab_out"]:
    """The logits without what the filter keeps of them."""
    return logits - along_sums(logits, sums, filter_)


def along_sums(
    logits: Float[Tensor, "seed pair d_vocab_out"], sums: Int[Tensor, "pair"], filter_: Float[Tensor, "p p"]
) -> Float[Tensor, "seed pair d_vocab_out"]:
    """What the filter keeps of the logits: their mean over the p pairs of each sum, filtered along the sums."""
    modulus = len(filter_)
    order = sums.argsort(stable=True)  # the pairs of sum 0, then those of sum 1, ...
    by_sum = logits[:, order].reshape(len(logits), modulus, modulus, -1)  # (seed, sum, pair of that sum, d_vocab_out)
    return torch.einsum("st,ntc->nsc", filter_.to(logits.dtype), by_sum.mean(dim=2))[:, sums]
