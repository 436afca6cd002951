from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import RotaryContributions
from workers.science.evaluation import Snapshot
from workers.science.registry import implements
from workers.science.rotary import contrast_with_the_token_before, scores_by_distance


@implements(RotaryContributions)
def rotary_contributions(spec: RotaryContributions, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """What singles out the token before, of each head of the first layer and of each of its frequencies."""
    contrast = contrast_with_the_token_before(scores_by_distance(snapshot))  # (seed, head, frequency)
    _, n_heads, n_frequencies = contrast.shape
    values = {f"L0H{head}": contrast[:, head].sum(-1) for head in range(n_heads)}
    return values | {
        f"L0H{head} frequency {f}": contrast[:, head, f] for head in range(n_heads) for f in range(n_frequencies)
    }
