"""What an example holds at each answer without showing it, such as a board: what probes look for in activations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.combined import TaskSpec
from workers.science.dataset import Examples
from workers.science.registry import implementation_of


@dataclass(frozen=True)
class HiddenState:
    """The class of each item, such as "empty" of the square "c4"; IGNORED where an answer is not asked for."""

    values: Int[Tensor, "*seed example answer item"]
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[str, ...] = ("",)
    kinds: Mapping[str, Bool[Tensor, "*seed example answer item"]] = field(default_factory=dict)
    """Which items are of which kind at each answer, where the task tells any apart."""

    @property
    def items(self) -> tuple[str, ...]:
        """Their names, a row after the other."""
        return tuple(f"{column}{row}" for row in self.rows for column in self.columns)


def hidden_states_of(spec: TaskSpec, examples: Examples) -> dict[str, HiddenState]:
    """One for each name in `spec.hidden_states`, told from the examples alone."""
    states: dict[str, HiddenState] = implementation_of(spec, "hidden states")(spec, examples)
    if tuple(states) != spec.hidden_states:
        raise ValueError(f"task '{spec.name}' names the hidden states {spec.hidden_states} and makes {tuple(states)}")
    return states
