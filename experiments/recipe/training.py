"""Training, and the schedules that say at which steps something is kept or measured."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Many, Spec

MAX_STEPS = 1_000_000

Step = Annotated[int, Field(ge=0, le=MAX_STEPS)]


class Training(Spec):
    """The optimiser and how long it runs. Defaults are those of Nanda et al. 2023 (arXiv 2301.05217)."""

    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    learning_rate: Annotated[float, Field(gt=0.0, le=10.0)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0.0, le=100.0, description="decoupled for adamw, L2 otherwise")] = 1.0
    betas: Annotated[
        tuple[Annotated[float, Field(ge=0.0, lt=1.0)], Annotated[float, Field(ge=0.0, lt=1.0)]],
        Field(strict=False),
    ] = (0.9, 0.98)
    momentum: Annotated[float, Field(ge=0.0, lt=1.0, description="for sgd")] = 0.0
    warmup_steps: Annotated[int, Field(ge=0, le=MAX_STEPS, description="linear warm-up of the learning rate")] = 10
    learning_rate_schedule: Annotated[
        Literal["constant", "cosine", "step"],
        Field(description="after the warm-up; cosine: half a wave down to cosine_end; step: falls at each of step_at"),
    ] = "constant"
    cosine_end: Annotated[
        float, Field(ge=0.0, le=1.0, description="share of the learning rate that is left at the end")
    ] = 0.0
    step_at: Annotated[
        Many[Step], Field(max_length=100, description="updates from which on the rate is lower, one factor each")
    ] = ()
    step_factor: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    max_gradient_norm: Annotated[
        float | None,
        Field(
            gt=0.0,
            le=1e6,
            description="scale a seed's gradient down to this norm, over all its weights; not when left out",
        ),
    ] = None
    steps: Annotated[int, Field(ge=1, le=MAX_STEPS, description="number of parameter updates")] = 25_000
    batch: Annotated[
        Literal["full"] | Annotated[int, Field(ge=1, le=65536)],
        Field(description="'full' takes the whole training set each step; a number draws that many examples"),
    ] = "full"
    sampling: Annotated[
        Literal["with-replacement", "epochs"],
        Field(description="how a batch is drawn from a fixed training set; epochs: each example once, then anew"),
    ] = "with-replacement"
    loss_at: Annotated[
        Many[Annotated[int, Field(ge=0)]],
        Field(
            max_length=512, description="the answers of an example, counted from 0, that are trained; all when left out"
        ),
    ] = ()
    loss_dtype: Annotated[
        Literal["float32", "float64"],
        Field(description="precision of the log-softmax; late grokking losses lie below float32's floor"),
    ] = "float64"
    tf32: Annotated[
        bool,
        Field(
            description="let a GPU round the factors of float32 products to TF32, which has 10 bits and is faster; "
            "a CPU computes the same with it and without"
        ),
    ] = False

    @model_validator(mode="after")
    def schedule_has_what_it_needs(self) -> Self:
        if (self.learning_rate_schedule == "step") != bool(self.step_at):
            raise ValueError("step_at: lists the steps of learning_rate_schedule 'step', and goes with it alone")
        if self.learning_rate_schedule == "cosine" and self.warmup_steps >= self.steps:
            raise ValueError(f"warmup_steps: {self.warmup_steps} leaves none of {self.steps} steps for the cosine")
        if self.sampling == "epochs" and self.batch == "full":
            raise ValueError("sampling: a full batch is a whole epoch already; 'epochs' needs a number as batch")
        return self


class Schedule(Spec):
    """Which steps between 0 and the last, both always included.

    exponential: evenly spaced in log(step); linear: evenly spaced in step; mixed: half of each; at: the listed steps.
    """

    schedule: Literal["exponential", "linear", "mixed", "at"] = "exponential"
    count: Annotated[int, Field(ge=2, le=2000)] = 50
    at: Annotated[Many[Step], Field(max_length=2000)] = ()

    @model_validator(mode="after")
    def steps_are_given_for_at(self) -> Self:
        if self.schedule == "at" and not self.at:
            raise ValueError("schedule 'at' needs the list of steps in 'at'")
        if self.schedule != "at" and self.at:
            raise ValueError(f"'at' lists steps, but the schedule is '{self.schedule}'")
        return self

    def steps(self, last: int) -> list[int]:
        """The chosen steps in order, each once; `last` is the number of updates."""
        if self.schedule == "at":
            chosen = {step for step in self.at if step <= last}
        elif self.schedule == "linear":
            chosen = _linear(last, self.count)
        elif self.schedule == "exponential":
            chosen = _exponential(last, self.count)
        else:
            chosen = _linear(last, self.count // 2) | _exponential(last, self.count - self.count // 2)
        return sorted(chosen | {0, last})


def _linear(last: int, count: int) -> set[int]:
    if count < 2:
        return {0}
    return {round(last * i / (count - 1)) for i in range(count)}


def _exponential(last: int, count: int) -> set[int]:
    if count < 3:
        return {0}
    return {round(math.exp(math.log(last) * i / (count - 2))) for i in range(count - 1)}
