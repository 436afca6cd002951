from jaxtyping import Float
from torch import Tensor

from experiments.recipe.interventions import FourierLoss
from experiments.recipe.tasks import ModularTask
from workers.science.fourier import excluded, frequency_filter, restricted
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
