"""A network whose every weight is known: one head does all the work."""

from functools import partial

import torch

from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import PreviousToken
from workers.science.dataset import stacked
from workers.science.evaluation import Snapshot
from workers.science.model import Weights
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.training.loss import cross_entropy
from workers.science.transformer import Transformer

VOCABULARY, LENGTH = 5, 4
LOUD = 40.0  # the logit of the right token; exp(-40) is what it is not sure of
TASK = PreviousToken(vocabulary=VOCABULARY, length=LENGTH, n_test=60)
TOKEN, PLACE, OUT = (
    slice(0, VOCABULARY),
    slice(VOCABULARY, VOCABULARY + LENGTH),
    slice(VOCABULARY + LENGTH, 2 * VOCABULARY + LENGTH),
)
MODEL = Transformer(
    TransformerSpec(
        n_layers=1, d_model=2 * VOCABULARY + LENGTH, n_heads=2, d_head=VOCABULARY, d_mlp=3, attention_scale=1.0
    ),
    n_ctx=LENGTH,
    d_vocab=VOCABULARY,
    d_vocab_out=VOCABULARY,
)


def previous_token_weights() -> Weights:
    """The residual stream holds the token, its place, and what is to be said. In seed 0 the first head looks at the
    place before and says the token there, in seed 1 the second does; the other head and the MLP write nothing."""
    weights = {name: torch.zeros(2, *shape, dtype=torch.float64) for name, shape in MODEL.shapes.items()}
    weights["embed.W_E"][:, :, TOKEN] = torch.eye(VOCABULARY)
    weights["pos_embed.W_pos"][:, :, PLACE] = torch.eye(LENGTH)
    weights["unembed.W_U"][:, OUT] = LOUD * torch.eye(VOCABULARY)
    for seed in (0, 1):
        attention = {letter: weights[f"blocks.0.attn.W_{letter}"][seed, seed] for letter in "QKVO"}
        attention["Q"][PLACE, :LENGTH] = 1000 * torch.eye(LENGTH)
        attention["K"][PLACE, 1:LENGTH] = torch.eye(LENGTH)[:, :-1]  # the key of a place is the query of the next
        attention["V"][TOKEN] = torch.eye(VOCABULARY)
        attention["O"][:, OUT] = torch.eye(VOCABULARY)
    return weights


def moment(
    weights: Weights | None = None, model: Transformer = MODEL, task: PreviousToken = TASK, **given: object
) -> Snapshot:
    """The network with the test examples of two seeds."""
    datasets = [build_dataset(task, generator(seed, "data")) for seed in (0, 1)]
    loss = partial(cross_entropy, dtype=torch.float64)
    return Snapshot(
        model,
        previous_token_weights() if weights is None else weights,
        {"test": stacked([dataset.test for dataset in datasets])},
        datasets[0].answer_positions,
        loss,
        (),
        task=task,
        **given,  # type: ignore[arg-type]
    )
