"""Arithmetic modulo a number, on every pair."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.spec import Fraction
from experiments.recipe.tasks.task import TokenTask


class ModularTask(TokenTask):
    """Every pair (a, b) modulo p, answered after "=" with a + sign * b."""

    sign: ClassVar[Literal[1, -1]]

    name: Literal["modular-addition", "modular-subtraction"]
    modulus: Annotated[int, Field(ge=3, le=256, description="p: tokens are 0 to p-1, and p itself stands for '='")] = (
        113
    )
    train_fraction: Annotated[Fraction, Field(description="share of the p^2 pairs that is trained on")] = 0.3

    @property
    def n_ctx(self) -> int:
        return 3

    @property
    def d_vocab(self) -> int:
        return self.modulus + 1

    @property
    def d_vocab_out(self) -> int:
        return self.modulus

    @property
    def position_names(self) -> tuple[str, ...]:
        return ("a", "b", "=")

    @property
    def n_operands(self) -> int:
        return 2

    @property
    def d_operand(self) -> int:
        return self.modulus

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> int:
        return round(self.train_fraction * self.modulus**2)

    @property
    def n_test(self) -> int:
        return self.modulus**2 - self.n_train


class ModularAddition(ModularTask):
    """Every pair (a, b) modulo p, answered with a + b after "=". Source: Nanda et al. 2023, arXiv 2301.05217."""

    sign: ClassVar[Literal[1]] = 1
    name: Literal["modular-addition"] = "modular-addition"


class ModularSubtraction(ModularTask):
    """Every pair (a, b) modulo p, answered with a - b after "=" (problem 3.4). With p = 5: a = 3, b = 4 gives 4."""

    sign: ClassVar[Literal[-1]] = -1
    name: Literal["modular-subtraction"] = "modular-subtraction"
