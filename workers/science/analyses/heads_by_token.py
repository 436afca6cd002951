from jaxtyping import Float
from torch import Tensor

from experiments.recipe.analyses import HeadsByToken
from experiments.recipe.measures import VocabularySplit
from experiments.recipe.panels import MAX_VALUES, Axis, Panel, Series
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.by_token import looks_by_token, said_of_own_token
from workers.science.mechanisms.sites import heads_of
from workers.science.registry import implements
from workers.science.trajectory import Trajectory
from workers.science.transformer import Transformer

N_EXAMPLES = 2048  # of the test set: enough for each of some hundred tokens to be asked for often


@implements(HeadsByToken)
def heads_by_token(spec: HeadsByToken, trajectory: Trajectory) -> list[Panel]:
    """A line for each head: its mean attention to the right answer, and what it adds to the logit of a token that it
    attends to, against the token."""
    snapshot, model = trajectory.last, trajectory.setup.model
    assert isinstance(model, Transformer), "the recipe's check lets only transformers in"
    if not model.spec.n_layers:
        return []
    looks = looks_by_token(snapshot, asked_by(VocabularySplit(examples=N_EXAMPLES), snapshot))
    says = said_of_own_token(model, snapshot.weights)
    return [
        Panel(
            key="heads-by-token-look",
            title="How much each head looks at the right answer, by which token that is",
            note="Heads that have parts of the vocabulary of their own are high in turns; where two lines run side by "
            "side, both do the same work.",
            kind="lines",
            x=Axis(label="right answer"),
            y=Axis(label="mean attention to it"),
            series=_series(trajectory, looks),
        ),
        Panel(
            key="heads-by-token-say",
            title="What each head says of a token that it attends to",
            note="Added to the logit of the token itself, over the mean of all logits, by the OV circuit alone. Above "
            "0 the head copies, below 0 it suppresses what it sees.",
            kind="lines",
            x=Axis(label="token attended to"),
            y=Axis(label="added to its own logit", unit="logits"),
            series=_series(trajectory, says),
        ),
    ]


def _series(trajectory: Trajectory, values: Float[Tensor, "seed head token"]) -> list[Series]:
    """Of as many seeds as a panel holds; tokens by their numbers."""
    model = trajectory.setup.model
    assert isinstance(model, Transformer)
    n_seeds = max(1, min(len(values), MAX_VALUES // (2 * values[0].numel())))
    heads = [site.name for site in heads_of(model)]
    return [
        Series(name=heads[head], seed=seed, x=list(range(len(line))), y=[y if y == y else None for y in line])
        for seed, of_heads in zip(trajectory.setup.seeds, values[:n_seeds].tolist(), strict=False)
        for head, line in enumerate(of_heads)
    ]
