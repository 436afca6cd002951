"""Tasks made of tasks: several at a time, or one after the other."""

from abc import abstractmethod
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Many, Spec
from experiments.recipe.tasks import AnyTask, PartSpec, TokenTask
from experiments.recipe.training import MAX_STEPS

PartName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$", description="such as 'add'")]
OperationToken = Annotated[bool, Field(description="a first token says which part an example is of")]
SIZES = ("n_ctx", "d_vocab", "d_vocab_out", "n_answers")


class Combined(TokenTask):
    """Parts that share one network, all of them tasks of tokens. Each has its own training and test set, drawn from the
    same generator: parts with the same pairs and train_fraction split them alike, so a test pair of one is a training
    pair of none.

    With an operation token, every example begins with a token that tells its part.
    """

    name: Literal["mixture", "two-phase"]
    operation_token: OperationToken

    @property
    @abstractmethod
    def tasks(self) -> dict[str, PartSpec]:
        """The tasks by the names of their parts."""

    @abstractmethod
    def shares_at(self, step: int) -> dict[str, float]:
        """What of the loss, and of a batch, falls to each part in the update after `step` others; they add up to 1."""

    @model_validator(mode="after")
    def sizes_agree(self) -> Self:
        (first_name, first), *others = self.tasks.items()
        for name, task in others:
            for size in SIZES:
                mine, theirs = getattr(task, size), getattr(first, size)
                if mine != theirs:
                    raise ValueError(
                        f"part '{name}' has {size} {mine} and part '{first_name}' has {theirs}: "
                        f"parts share one network, so they need the same {', '.join(SIZES)}"
                    )
        return self

    @property
    def n_ctx(self) -> int:
        return self._first.n_ctx + self.operation_token

    @property
    def d_vocab(self) -> int:
        return self._first.d_vocab + self.operation_token * len(self.tasks)

    @property
    def d_vocab_out(self) -> int:
        return self._first.d_vocab_out

    @property
    def position_names(self) -> tuple[str, ...]:
        return ("op",) * self.operation_token + self._first.position_names

    @property
    def n_operands(self) -> int:
        return max(task.n_operands for task in self.tasks.values()) + self.operation_token

    @property
    def d_operand(self) -> int:
        """Operation tokens come last in the vocabulary, and an operand like any other reads them."""
        return self.d_vocab if self.operation_token else max(task.d_operand for task in self.tasks.values())

    @property
    def n_answers(self) -> int:
        return self._first.n_answers

    @property
    def answer_names(self) -> tuple[str, ...]:
        return self._first.answer_names

    @property
    def n_train(self) -> int | None:
        """Examples in the fixed training sets of all parts; None if any part draws fresh ones."""
        sizes = [task.n_train for task in self.tasks.values()]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def n_test(self) -> int:
        return sum(task.n_test for task in self.tasks.values())

    @property
    def _first(self) -> PartSpec:
        return next(iter(self.tasks.values()))


class MixturePart(Spec):
    name: PartName
    weight: Annotated[
        float,
        Field(ge=0.0, le=1000.0, description="its share is its weight over that of all parts; 0: only measured"),
    ] = 1.0
    task: PartSpec


class Mixture(Combined):
    """Several tasks at a time: each batch holds examples of every part."""

    name: Literal["mixture"] = "mixture"
    operation_token: OperationToken = True
    parts: Annotated[Many[MixturePart], Field(min_length=2, max_length=8)]

    @model_validator(mode="after")
    def each_name_once(self) -> Self:
        if len(self.tasks) < len(self.parts):
            raise ValueError("parts: two of them have the same name")
        return self

    @model_validator(mode="after")
    def something_is_trained(self) -> Self:
        if not any(part.weight for part in self.parts):
            raise ValueError("parts: all of them have weight 0, so nothing is trained")
        return self

    @property
    def tasks(self) -> dict[str, PartSpec]:
        return {part.name: part.task for part in self.parts}

    def shares_at(self, step: int) -> dict[str, float]:
        total = sum(part.weight for part in self.parts)
        return {part.name: part.weight / total for part in self.parts}


class TwoPhase(Combined):
    """Fine-tuning: one task until a step, and from then on another, with a share of the first kept in if wanted.

    Measures tell the two apart as parts "first" and "second". At step `switch_at` the first phase is just over.
    """

    name: Literal["two-phase"] = "two-phase"
    operation_token: OperationToken = False
    first: PartSpec
    second: PartSpec
    switch_at: Annotated[int, Field(ge=1, le=MAX_STEPS, description="number of updates on the first task")]
    kept: Annotated[float, Field(ge=0.0, lt=1.0, description="share of the first task that stays after the switch")] = (
        0.0
    )

    @property
    def tasks(self) -> dict[str, PartSpec]:
        return {"first": self.first, "second": self.second}

    def shares_at(self, step: int) -> dict[str, float]:
        if step < self.switch_at:
            return {"first": 1.0, "second": 0.0}
        return {"first": self.kept, "second": 1.0 - self.kept}


TaskSpec = Annotated[AnyTask | Mixture | TwoPhase, Field(discriminator="name")]
