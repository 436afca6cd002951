"""Interventions: edits of weights, activations, data or loss."""

from typing import Annotated, Literal

from pydantic import Field

from experiments.recipe.spec import Many, Spec

ParameterName = Literal["W_E", "W_pos", "W_Q", "W_K", "W_V", "W_O", "W_in", "W_out", "W_U"]


class Freeze(Spec):
    """Keep the named parameters, in every layer, as they were at the start: no update and no weight decay."""

    name: Literal["freeze"] = "freeze"
    parameters: Annotated[Many[ParameterName], Field(min_length=1)]


class ShuffleLabels(Spec):
    """Permute the answers of a share of the fixed training set: what is left to learn is memorisation (a control)."""

    name: Literal["shuffle-labels"] = "shuffle-labels"
    fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0


InterventionSpec = Annotated[Freeze | ShuffleLabels, Field(discriminator="name")]
