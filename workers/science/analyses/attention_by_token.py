import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import one_hot

from experiments.recipe.analyses import AttentionByToken
from experiments.recipe.panels import MAX_VALUES, Axis, Grid, Panel
from experiments.recipe.tasks import IGNORED
from workers.science.evaluation import Snapshot, recorded
from workers.science.registry import implements
from workers.science.trajectory import Trajectory
from workers.science.transformer import Transformer

MAX_EXAMPLES = 1024  # of the test set; fewer where they are long: see MAX_NUMBERS
MAX_NUMBERS = 2**24  # attention from each answer to each token, over all examples, heads and seeds: 128 MiB of float64


@implements(AttentionByToken)
def attention_by_token(spec: AttentionByToken, trajectory: Trajectory) -> list[Panel]:
    """One grid for each head and seed, as many as a panel holds."""
    model = trajectory.setup.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if not model.spec.n_layers:
        return []
    means = _means(model, trajectory.last)
    tokens: list[float | str | None] = list(range(model.d_vocab))
    heads = [f"L{layer}H{head}" for layer in range(model.spec.n_layers) for head in range(model.spec.n_heads)]
    grids = [
        Grid(name=head, seed=seed, x=tokens, y=tokens, z=_finite(means[place, at].tolist()))
        for place, seed in enumerate(trajectory.setup.seeds)
        for at, head in enumerate(heads)
    ]
    return [
        Panel(
            key="attention-by-token",
            title="Which token each head attends to, by the token it stands at",
            note="Mean attention where the network has to answer, over test examples in which both tokens are there. "
            "A band beside the diagonal is a head that looks for the next number.",
            kind="heatmap",
            x=Axis(label="token attended to"),
            y=Axis(label="token at the query"),
            grids=grids[: MAX_VALUES // len(tokens) ** 2],
        )
    ]


def _means(model: Transformer, snapshot: Snapshot) -> Float[Tensor, "seed head at to"]:
    n_heads = model.spec.n_layers * model.spec.n_heads
    inputs, labels = snapshot.splits["test"].inputs, snapshot.labels("test")
    per_example = len(inputs) * n_heads * labels.shape[2] * model.d_vocab
    n_examples = max(1, min(MAX_EXAMPLES, MAX_NUMBERS // per_example))
    tokens = inputs[:, :n_examples]
    places = torch.tensor(snapshot.answer_positions, device=tokens.device)
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.spec.n_layers)]
    rows = recorded(model, snapshot.weights, tokens, names, kept=lambda pattern: pattern[:, :, :, places])
    pattern = torch.cat([rows[name] for name in names], dim=2).double()
    seen = torch.ones(len(places), tokens.shape[2], dtype=torch.bool, device=tokens.device)
    if model.spec.causal:
        seen = torch.arange(tokens.shape[2], device=tokens.device) <= places[:, None]
    is_asked = labels[:, :n_examples] != IGNORED
    return by_token(pattern, tokens, tokens[:, :, places], is_asked, seen, n_tokens=model.d_vocab)


def by_token(
    pattern: Float[Tensor, "seed example head answer key"],
    tokens: Int[Tensor, "seed example key"],
    queries: Int[Tensor, "seed example answer"],
    is_asked: Bool[Tensor, "seed example answer"],
    seen: Bool[Tensor, "answer key"],
    *,
    n_tokens: int,
) -> Float[Tensor, "seed head at to"]:
    """Mean attention from each token to each other, where both are there; not a number where they never are."""
    held = one_hot(tokens, n_tokens).double()  # (seed, example, key, token)
    at_query = one_hot(queries, n_tokens).double() * is_asked[..., None]
    is_there = torch.einsum("qk,snkt->snqt", seen.double(), held).clamp(max=1)
    n_times = torch.einsum("snqu,snqt->sut", at_query, is_there)
    paid = torch.einsum("snhqk,snkt->snhqt", pattern, held)
    return torch.einsum("snqu,snhqt->shut", at_query, paid) / n_times[:, None]


def _finite(rows: list[list[float]]) -> list[list[float | None]]:
    return [[value if value == value else None for value in row] for row in rows]
