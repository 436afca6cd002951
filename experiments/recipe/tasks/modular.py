"""Arithmetic modulo a number, on every pair."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Fraction
from experiments.recipe.tasks.task import TokenTask

TrainFraction = Annotated[Fraction, Field(description="share of all pairs that is trained on")]


class PairTask(TokenTask):
    """Every pair (a, b) of some elements, answered after "=" with what an operation makes of them. Tokens are the
    elements, counted from 0, and one more for "="."""

    @property
    @abstractmethod
    def n_elements(self) -> int:
        """Elements that an answer can be."""

    @property
    @abstractmethod
    def n_train(self) -> int:
        """Pairs in the training set."""

    @property
    def n_pairs(self) -> int:
        return self.n_elements**2

    @property
    def n_ctx(self) -> int:
        return 3

    @property
    def d_vocab(self) -> int:
        return self.n_elements + 1

    @property
    def d_vocab_out(self) -> int:
        return self.n_elements

    @property
    def position_names(self) -> tuple[str, ...]:
        return ("a", "b", "=")

    @property
    def n_operands(self) -> int:
        return 2

    @property
    def d_operand(self) -> int:
        return self.n_elements

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_test(self) -> int:
        return self.n_pairs - self.n_train


class ResidueTask(PairTask):
    """Pairs of residues modulo p."""

    name: Literal["modular-addition", "modular-subtraction", "modular-multiplication", "modular-division"]
    modulus: Annotated[int, Field(ge=3, le=256, description="p: tokens are 0 to p-1, and p itself stands for '='")] = (
        113
    )
    train_fraction: TrainFraction = 0.3

    @property
    def n_elements(self) -> int:
        return self.modulus

    @property
    def n_train(self) -> int:
        return round(self.train_fraction * self.n_pairs)


class ModularTask(ResidueTask):
    """Every pair (a, b) modulo p, answered after "=" with a + sign * b: what the Fourier analyses are made for."""

    sign: ClassVar[Literal[1, -1]]

    name: Literal["modular-addition", "modular-subtraction"]


class ModularAddition(ModularTask):
    """Every pair (a, b) modulo p, answered with a + b after "=". Source: Nanda et al. 2023, arXiv 2301.05217."""

    sign: ClassVar[Literal[1]] = 1
    name: Literal["modular-addition"] = "modular-addition"


class ModularSubtraction(ModularTask):
    """Every pair (a, b) modulo p, answered with a - b after "=" (problem 3.4). With p = 5: a = 3, b = 4 gives 4."""

    sign: ClassVar[Literal[-1]] = -1
    name: Literal["modular-subtraction"] = "modular-subtraction"


class ModularMultiplication(ResidueTask):
    """Every pair (a, b) modulo p without 0, answered with a b after "=". With p = 5: a = 3, b = 4 gives 2.

    Modulo a prime these are the sums of discrete logarithms modulo p - 1, so the Fourier analyses of sums do not fit.
    """

    name: Literal["modular-multiplication"] = "modular-multiplication"

    @property
    def n_pairs(self) -> int:
        return (self.modulus - 1) ** 2


class ModularDivision(ResidueTask):
    """Every pair (a, b) modulo a prime p with b not 0, answered after "=" with the c that has c b = a. With p = 5:
    a = 3, b = 4 gives 2. Source: Power et al. 2022, arXiv 2201.02177."""

    name: Literal["modular-division"] = "modular-division"

    @model_validator(mode="after")
    def every_quotient_exists(self) -> Self:
        if not is_prime(self.modulus):
            near = [p for p in range(3, 257) if is_prime(p)]
            near.sort(key=lambda p: abs(p - self.modulus))
            raise ValueError(
                f"modulus: {self.modulus} is not a prime, and only modulo a prime can every number be divided by every "
                f"other but 0; allowed: primes, such as {' and '.join(map(str, sorted(near[:2])))}"
            )
        return self

    @property
    def n_pairs(self) -> int:
        return self.modulus * (self.modulus - 1)


def is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))
