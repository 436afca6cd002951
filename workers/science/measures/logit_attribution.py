import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.measures import LogitAttribution
from workers.science.evaluation import Snapshot
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.attribution import logit_attribution
from workers.science.registry import implements


@implements(LogitAttribution)
def measure_logit_attribution(spec: LogitAttribution, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """What each component adds to the logit of the right answer over the wrong ones; without a name, their sum."""
    found = logit_attribution(snapshot, asked_by(spec, snapshot))
    total = torch.stack(list(found.values())).sum(0)
    return {f"{name}{spec.said_which}".strip(): value for name, value in ({"": total} | found).items()}
