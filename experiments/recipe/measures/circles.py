"""What weights are made of when a network adds on circles: circles, key frequencies, and few directions."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure
from experiments.recipe.measures.fourier import OfAdditive, OfKeyFrequencies, has_neurons
from experiments.recipe.models import Model


class Circularity(OfAdditive, Measure):
    """How much each of the first four principal components of the embedding is a wave of one frequency, in [0, 1]: the
    share of its power over the tokens at its best frequency, on average. Near 1 where pairs of them make circles.

    For one-hot inputs: of the rows of W_in that read the first operand. Source: Zhong et al. 2023, arXiv 2306.17844.
    """

    unit: ClassVar[str] = "fraction"
    name: Literal["circularity"] = "circularity"


class KeyFrequencyShare(OfKeyFrequencies, Measure):
    """Share of the variance that the key frequencies hold, in [0, 1]: of the "embedding" over tokens (or the rows of
    W_in that read an operand); of the "neuron-logit map" W_L over outputs; of the "neurons" of the last layer on all
    pairs, in {1, cos k, sin k} x {1, cos k, sin k} without the constant."""

    unit: ClassVar[str] = "fraction"
    name: Literal["key-frequency-share"] = "key-frequency-share"


class EffectiveRank(Measure):
    """How many directions a matrix uses: (sum l)^2 / sum l^2, l the squares of its singular values. 1 for one, 2 for a
    circle, the rank where all weigh the same. Of each weight matrix, and of the "neuron-logit map" W_L."""

    needs: ClassVar[str] = "a network with neurons"
    unit: ClassVar[str] = "dimensions"
    name: Literal["effective-rank"] = "effective-rank"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return has_neurons(model)
