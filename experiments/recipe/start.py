"""Where the first weights come from: freshly drawn, or another run's checkpoint."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.interventions import ParameterName
from experiments.recipe.spec import Count, Many, Spec
from experiments.recipe.training import Step


class Graft(Spec):
    """Some weights of the other run: the named parameters, of every layer and head unless one is named."""

    parameters: Annotated[Many[ParameterName], Field(min_length=1)]
    layer: Annotated[int | None, Field(ge=0, le=63)] = None
    head: Annotated[int | None, Field(ge=0, le=63, description="for W_Q, W_K, W_V and W_O")] = None

    @model_validator(mode="after")
    def only_attention_has_heads(self) -> Self:
        others = [name for name in self.parameters if name not in ("W_Q", "W_K", "W_V", "W_O")]
        if self.head is not None and others:
            raise ValueError(f"head: {', '.join(others)} has no heads; allowed: W_Q, W_K, W_V, W_O")
        return self


class Start(Spec):
    """Fresh weights without a run; with one, its checkpoint: each seed takes the same seed's, or all take one seed's.

    Recipes never name files: the site finds the run's checkpoints, and the command line is told where they are.
    """

    run: Annotated[Count | None, Field(description="number of the run to start from; fresh weights when left out")] = (
        None
    )
    point: Annotated[int, Field(ge=0, le=999, description="grid point of that run, if it has a sweep")] = 0
    seed: Annotated[
        Literal["same"] | Annotated[int, Field(ge=0, lt=2**31)],
        Field(description="'same': each seed goes on from its own; a number: all start from that one seed's"),
    ] = "same"
    step: Annotated[Literal["last"] | Step, Field(description="'last', or the step of a checkpoint")] = "last"
    take: Annotated[
        Literal["everything", "grafts", "nothing"],
        Field(description="grafts: only what these list; nothing: own first weights, and the other run's for masks"),
    ] = "everything"
    grafts: Annotated[Many[Graft], Field(max_length=64)] = ()

    @model_validator(mode="after")
    def parts_agree(self) -> Self:
        if (self.take == "grafts") != bool(self.grafts):
            raise ValueError("grafts: lists what is taken when take is 'grafts', and only then")
        asked = [name for name, field in type(self).model_fields.items() if getattr(self, name) != field.default]
        if asked and self.run is None:
            raise ValueError("run: is needed to start from anything but fresh weights")
        return self

    @property
    def is_fresh(self) -> bool:
        return self.run is None
