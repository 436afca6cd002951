from collections.abc import Collection

from experiments.recipe.interventions import Freeze
from workers.science.interventions.intervention import Intervention
from workers.science.registry import implements


@implements(Freeze)
class FreezeWeights(Intervention):
    """Keep the named matrices, in every layer, as they were drawn: no update and no weight decay."""

    def __init__(self, spec: Freeze) -> None:
        self.spec = spec

    def frozen(self, names: Collection[str]) -> frozenset[str]:
        """Raises ValueError for a matrix that the model does not have."""
        found = frozenset(name for name in names if name.rpartition(".")[2] in self.spec.parameters)
        absent = set(self.spec.parameters) - {name.rpartition(".")[2] for name in found}
        if absent:
            raise ValueError(f"the model has no {', '.join(sorted(absent))} that could be frozen")
        return found
