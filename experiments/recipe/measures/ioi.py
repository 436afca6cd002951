"""How a network tells the indirect object from the subject."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.models import Model, Transformer
from experiments.recipe.tasks import IoiSymbolic


class NameDifference(Measure):
    """Logit of the indirect object minus that of the subject, mean over the test examples in which a name comes again;
    and over those of each order, "ABB" and "BAB" apart. 0 for a network that cannot tell the two apart.

    Source: the logit difference of Wang et al. 2022, arXiv 2211.00593, section 2.
    """

    needs: ClassVar[str] = "task 'ioi-symbolic'"
    unit: ClassVar[str] = "logits"
    name: Literal["name-difference"] = "name-difference"
    split: Literal["test"] = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, IoiSymbolic)


class AttentionToRoles(Measure):
    """How much of its attention each head pays to a role, in [0, 1], mean over the test examples in which a name comes
    again: "END to IO L1H0", "END to S1", "END to S2", "END to BOS" and "S2 to S1"; and the largest of all heads without
    its name. IO is the indirect object, S1 the subject's first and S2 its second time.

    A name mover attends from END to IO, a duplicate-token head from S2 to S1. Source: Wang et al. 2022, arXiv
    2211.00593, section 3.
    """

    needs: ClassVar[str] = "task 'ioi-symbolic' and a transformer"
    unit: ClassVar[str] = "fraction"
    name: Literal["attention-to-roles"] = "attention-to-roles"
    split: Literal["test"] = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, IoiSymbolic) and isinstance(model, Transformer)
