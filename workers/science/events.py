"""What the engine says while it carries out a recipe: `conduct` yields these, its driver stores or shows them."""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from experiments.protocol import ScoredExpectation
from experiments.recipe.panels import Panel

Phase = Literal["starting", "training", "analysing"]


@dataclass(frozen=True)
class Progress:
    """Where the work is; comes several times a second, so that a driver can stop between two of them."""

    phase: Phase
    step: int
    steps: int


@dataclass(frozen=True)
class Measured:
    """One number per seed. `component` is empty for the whole; `split` is empty where a measure has none."""

    step: int
    measure: str
    split: str
    component: str
    seeds: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Checkpointed:
    """The weights after `step` updates, each with a leading seed axis; the tensors are the receiver's to keep."""

    step: int
    seeds: tuple[int, ...]
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class ResumePoint:
    """All that is needed to go on from `step` as if nothing had happened.

    The tensors are the live ones: save or copy them before asking for the next event.
    """

    step: int
    seeds: tuple[int, ...]
    weights: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    watch: dict[str, Tensor]  # what is known of divergence
    masks: dict[str, Tensor]  # where a run prunes: which entries are left
    scored: tuple[ScoredExpectation, ...]  # the expectations as far as they are known


@dataclass(frozen=True)
class Noticed:
    """Something the author should know though training goes on, in a plain sentence."""

    step: int
    text: str


@dataclass(frozen=True)
class Analysed:
    panel: Panel


@dataclass(frozen=True)
class Finished:
    expectations: tuple[ScoredExpectation, ...]


Event = Progress | Measured | Checkpointed | ResumePoint | Noticed | Analysed | Finished
