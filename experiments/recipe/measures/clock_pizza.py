"""Whether a network adds as a clock or as a pizza: Zhong et al. 2023, arXiv 2306.17844, section 4.

A clock multiplies: it gets cos(w(a + b - c)) from products of waves in a and in b. A pizza adds the two embeddings
first, so that all it knows is their middle on the circle, and its logits shrink by |cos(w(a - b) / 2)|.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.measures.fourier import OfAdditive
from experiments.recipe.models import Mlp, Model, Transformer
from experiments.recipe.shares import additive_part
from experiments.recipe.tasks import ModularAddition


class OfAddition(OfAdditive):
    needs: ClassVar[str] = "modular addition, and of a task with parts the name of one that is"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(additive_part(task, self.part), ModularAddition)


class GradientSymmetricity(OfAddition, Measure):
    """Mean over random (a, b, c) of the cosine between the gradients of logit c by the embedding of a and by that of b:
    1 for a network that reads nothing but their sum, as a pizza does; 0 for a clock of a single frequency, whose cosine
    is cos(w(a - b)). Pairs are drawn from all p^2, outputs from all p, the same at every step.
    """

    needs: ClassVar[str] = "modular addition (of a task with parts, name it), and one table of embeddings for a and b"
    unit: ClassVar[str] = "cosine"
    name: Literal["gradient-symmetricity"] = "gradient-symmetricity"
    triples: Annotated[int, Field(ge=1, le=10_000, description="(a, b, c) in the mean; 100 in the paper")] = 100

    def fits(self, task: TaskSpec, model: Model) -> bool:
        has_table = isinstance(model, Transformer) or (isinstance(model, Mlp) and model.d_embed is not None)
        return has_table and super().fits(task, model)


class DistanceIrrelevance(OfAddition, Measure):
    """How little the right logit depends on the distance of a and b: the standard deviation over pairs with the same
    b - a, on the mean over distances, over that of all pairs; in [0, 1]. 0 where the distance decides alone, as in a
    pizza; near 1 where it decides nothing, as in a clock. Not a number where all right logits are alike.
    """

    unit: ClassVar[str] = "fraction"
    name: Literal["distance-irrelevance"] = "distance-irrelevance"
