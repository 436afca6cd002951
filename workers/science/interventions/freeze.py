from collections.abc import Collection

from experiments.recipe.interventions import Freeze
from workers.science.interventions.intervention import Intervention, matrices
from workers.science.registry import implements


@implements(Freeze)
class FreezeWeights(Intervention):
    """Keep the named matrices, in every layer, as they were drawn: no update and no weight decay."""

    def __init__(self, spec: Freeze) -> None:
        self.spec = spec

    def frozen(self, names: Collection[str]) -> frozenset[str]:
        return frozenset(matrices(names, self.spec.parameters))
