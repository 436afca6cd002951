from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Look
from experiments.recipe.measures.fourier import has_neurons
from experiments.recipe.models import Model
from experiments.recipe.spec import Many

Method = Literal["pca", "svd", "nmf", "ica", "t-sne", "umap"]


class DimensionalityReduction(Look):
    """The same points in the plane by several methods side by side, at the last checkpoint.

    Points are tokens (W_E), outputs (W_U), or neurons of the last layer: what they read (W_in), what they write
    (W_out), or their values at the last answer of test examples (neurons). Neurons of a network that adds are coloured
    by the frequency that explains them, tokens and outputs by the quarter of the vocabulary they are from.
    """

    needs: ClassVar[str] = "a transformer or MLP that has this matrix, or neurons"
    name: Literal["dimensionality-reduction"] = "dimensionality-reduction"
    of: Literal["W_E", "W_in", "W_out", "W_U", "neurons"] = "W_E"
    methods: Annotated[
        Many[Method],
        Field(
            min_length=1,
            max_length=6,
            description="pca: centred; svd: not; nmf: of the positive and the negative part side by side",
        ),
    ] = ("pca", "svd", "nmf", "ica", "t-sne", "umap")

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return has_neurons(model) and task.answers == "token" and (self.of == "neurons" or self.of in model.matrices)
