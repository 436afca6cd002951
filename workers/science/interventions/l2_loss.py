import torch
from jaxtyping import Float
from torch import Tensor

from experiments.recipe.interventions import L2Loss
from workers.science.interventions.intervention import Intervention, LossTerm, Stage, matrices
from workers.science.model import Weights
from workers.science.registry import implements


@implements(L2Loss)
class PullWeights(Intervention):
    """Add coefficient * sum (w - w0)^2 over the entries of the matrices; its gradient is 2 coefficient (w - w0).

    w0 is zero, or what the seed started training with (after grafts and masks). Towards the start of a fine-tuned run
    this is L2-SP (Li et al. 2018, arXiv 1802.01483, equation 1, with twice our coefficient as their alpha).
    """

    def __init__(self, spec: L2Loss) -> None:
        self.spec = spec

    def loss_term(self, stage: Stage) -> LossTerm:
        names = matrices(list(stage.weights), self.spec.parameters)
        origin = {name: stage.weights[name].clone() for name in names} if self.spec.towards == "start" else {}

        def term(weights: Weights) -> Float[Tensor, "seed"]:
            distances = [weights[name] - origin[name] if origin else weights[name] for name in names]
            return self.spec.coefficient * torch.stack([d.square().flatten(1).sum(1) for d in distances]).sum(0)

        return term
