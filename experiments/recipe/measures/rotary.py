"""How heads with rotary positions look at a distance."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model, Transformer


class RotaryContributions(Measure):
    """What singles out the token before, in the heads of the first layer: the score there minus the mean score at all
    other distances, averaged over queries and keys of all tokens. As "L0H0", and the part of it that each rotary
    frequency has as "L0H0 frequency 3", which add up to it; frequency 0 is the fastest, one radian per place.

    With the pairs of numbers of q and k as complex numbers, the mean score at distance d is scale times
    sum_f Re(mean q_f . conj(mean k_f) . e^(i theta_f d)), theta_f = 10000^(-2f / d_head). Source of rotary positions:
    Su et al. 2021, arXiv 2104.09864, section 3.4.
    """

    needs: ClassVar[str] = "a transformer with layers and rotary positions that reads at least three tokens"
    unit: ClassVar[str] = "score"
    name: Literal["rotary-contributions"] = "rotary-contributions"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        if not isinstance(model, Transformer) or model.n_layers == 0 or task.reads != "tokens":
            return False
        return model.positions == "rotary" and task.n_ctx >= 3
