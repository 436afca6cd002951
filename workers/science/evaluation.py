"""The network at one moment, as measures see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor

from workers.science.dataset import Examples
from workers.science.transformer import Transformer, Weights

MAX_ACTIVATIONS = 2**25  # numbers held at once while logits are computed: 128 MiB of float32


@torch.no_grad()
def answer_logits(
    model: Transformer, weights: Weights, tokens: Int[Tensor, "seed example pos"], answer_positions: tuple[int, ...]
) -> Float[Tensor, "seed example answer d_vocab_out"]:
    """As `Transformer.answer_logits`, without gradients and in chunks of examples whose activations fit in memory."""
    n_examples = max(1, MAX_ACTIVATIONS // (len(tokens) * _activations_per_example(model, len(answer_positions))))
    chunks = [model.answer_logits(weights, chunk, answer_positions) for chunk in torch.split(tokens, n_examples, dim=1)]
    return chunks[0] if len(chunks) == 1 else torch.cat(chunks, dim=1)


def _activations_per_example(model: Transformer, n_answers: int) -> int:
    spec = model.spec
    attention = 6 * spec.n_heads * spec.head_width + 2 * spec.n_heads * model.n_ctx
    n_mlp = n_answers if spec.n_layers == 1 else model.n_ctx
    return model.n_ctx * (4 * spec.d_model + attention) + n_mlp * 2 * spec.d_mlp + n_answers * 2 * model.d_vocab_out


@dataclass(frozen=True)
class Snapshot:
    """The weights after some step with the data they are measured on. Logits of a split are computed once."""

    model: Transformer
    weights: Weights
    splits: Mapping[str, Examples]  # "train" (where fixed) and "test", stacked over seeds
    answer_positions: tuple[int, ...]
    loss_dtype: torch.dtype
    trained: Collection[str]  # names of the weights that training updates
    _logits: dict[str, Tensor] = field(default_factory=dict)
    rows: Mapping[tuple[str, str], slice] = field(default_factory=dict)  # where in a split each part's examples are

    def logits(self, split: str, part: str = "") -> Float[Tensor, "seed example answer d_vocab_out"]:
        """Of the examples of one part of the task, or of all."""
        if split not in self._logits:
            tokens = self.splits[split].tokens
            self._logits[split] = answer_logits(self.model, self.weights, tokens, self.answer_positions)
        return self._of_part(self._logits[split], split, part)

    def labels(self, split: str, part: str = "") -> Int[Tensor, "seed example answer"]:
        return self._of_part(self.splits[split].labels, split, part)

    def _of_part(self, values: Tensor, split: str, part: str) -> Tensor:
        return values[:, self.rows[split, part]] if part else values
