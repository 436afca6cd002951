from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import ExcessLoss
from workers.science.evaluation import Snapshot
from workers.science.in_context_methods import METHODS, prompt, squared_errors
from workers.science.registry import implements


@implements(ExcessLoss)
def excess_loss(spec: ExcessLoss, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over examples of the network's squared error minus that of the method: at each point, and on the mean."""
    x, y = prompt(snapshot.splits["test"].inputs, snapshot.labels("test"))
    errors = (snapshot.outputs("test").double()[..., 0] - y).square().mean(1)  # (seed, point)
    excess = errors - squared_errors(METHODS[spec.against], x, y)
    named = "" if spec.against == "least squares" else spec.against
    by_point = {f"{named} k={k}".strip(): excess[:, k] for k in range(excess.shape[1])}
    return {named: excess.mean(1)} | by_point
