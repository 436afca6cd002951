"""What can be read off the residual stream."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model, Transformer

MIN_EXAMPLES = 8  # three quarters fit a probe, the others score it


class Probe(Measure):
    """Held-out accuracy, in [0, 1], of telling the hidden states of the task, such as the board of a game, from the
    residual stream at the answers: the mean over its items, such as squares.

    For a hidden state such as "mine-theirs": "mine-theirs embedding", "mine-theirs L0" and on, after each layer; the
    best of them as "mine-theirs"; "mine-theirs majority", of always answering the class most frequent for the item; and
    "mine-theirs shuffled", of a probe after the last layer that was fitted to labels of other examples. Probes are
    fitted to three quarters of the examples and scored on the rest.
    """

    needs: ClassVar[str] = "a transformer, a task with hidden states, and at least 8 examples to test"
    unit: ClassVar[str] = "fraction"

    split: Literal["test"] = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(model, Transformer) and bool(task.hidden_states) and task.n_test >= MIN_EXAMPLES


class LinearProbe(Probe):
    """Accuracy of logistic regression, an item at a time, on the standardised residual stream. Held out, in [0, 1]; by
    hidden state and layer ("mine-theirs L0"), the best of the layers ("mine-theirs"), and the two controls: "majority",
    the most frequent class of each item, and "shuffled", fitted to labels of other examples.

    Source: Alain and Bengio 2016, arXiv 1610.01644; on Othello, Nanda et al. 2023, arXiv 2309.00941.
    """

    name: Literal["linear-probe"] = "linear-probe"


class ProbeTransplant(Probe):
    """Accuracy of the linear probe of one place in the residual stream when it reads another, held out, in [0, 1]: "L0
    to L1" of the probe that was fitted after layer 0 and reads after layer 1, and so for every two places; the whole is
    the mean over all pairs of different places. High where a hidden state is written the same way in both places, so
    that later layers keep it and add to it; as low as "majority" where it is written anew.

    The first hidden state that the task names is looked at.
    """

    name: Literal["probe-transplant"] = "probe-transplant"


class ProbePerKind(Probe):
    """Accuracy of the linear probe of each place in the residual stream on each kind of item apart, held out, in
    [0, 1]: on a board "flipped L0" of discs that the last move turned, "standing L0" of those that it left, "empty L0".
    Read them together: turned discs are "theirs" for whoever is next, so a probe that knows nothing but which discs are
    often "theirs" does well on them and badly on standing ones. Where both rise, the turning is computed.

    The first hidden state that the task names is looked at; which kinds there are, the task says.
    """

    needs: ClassVar[str] = "a transformer, a task that tells kinds of hidden items apart, and at least 8 test examples"
    name: Literal["probe-per-kind"] = "probe-per-kind"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return super().fits(task, model) and bool(task.hidden_kinds)


class MlpProbe(Probe):
    """As linear-probe, with one hidden layer of ReLU that all items share.

    Source: Li et al. 2023, arXiv 2210.13382, section 3, with a hidden layer for each square there.
    """

    name: Literal["mlp-probe"] = "mlp-probe"
    n_hidden: Annotated[int, Field(ge=1, le=1024, description="neurons of the probe")] = 128
    n_steps: Annotated[int, Field(ge=1, le=10_000, description="of Adam, on batches of 512 answers")] = 300
