"""What can only be learnt by heart: tokens that follow from others by no rule."""

import math
from abc import abstractmethod
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.spec import Fraction
from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

MAX_STRINGS = 65536
MAX_BEGINNINGS = 2**20  # ways to begin a string: they are shuffled to draw different ones


class ByHeart(TokenTask):
    """Every answer is a token drawn once, uniformly. What is asked in the test set stands nowhere in the training set,
    so that no network does better than chance there."""

    @property
    @abstractmethod
    def n_train(self) -> int: ...

    @property
    def bits(self) -> float:
        """What there is to learn: log2 of the number of possible answers for each answer of the training set."""
        return self.n_train * self.n_answers * math.log2(self.d_vocab_out)


class RandomLabels(ByHeart):
    """Every pair (a, b) of n symbols with a random symbol as its label: modular addition without the rule."""

    name: Literal["random-labels"] = "random-labels"
    symbols: Annotated[int, Field(ge=3, le=256, description="n: tokens are 0 to n-1, and n itself stands for '='")] = 20
    train_fraction: Annotated[Fraction, Field(description="share of the n^2 pairs that is trained on")] = 0.95

    @property
    def n_ctx(self) -> int:
        return 3

    @property
    def d_vocab(self) -> int:
        return self.symbols + 1

    @property
    def d_vocab_out(self) -> int:
        return self.symbols

    @property
    def position_names(self) -> tuple[str, ...]:
        return ("a", "b", "=")

    @property
    def n_operands(self) -> int:
        return 2

    @property
    def d_operand(self) -> int:
        return self.symbols

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> int:
        return round(self.train_fraction * self.symbols**2)

    @property
    def n_test(self) -> int:
        return self.symbols**2 - self.n_train

    @model_validator(mode="after")
    def both_sets_hold_a_pair(self) -> Self:
        if not 0 < self.n_train < self.symbols**2:
            raise ValueError(
                f"train_fraction: {self.train_fraction} of {self.symbols**2} pairs leaves one of the two sets empty"
            )
        return self


class RandomStrings(ByHeart):
    """Strings of random tokens to recite: the first ones are given, and each token after them is asked for. The given
    ones differ between any two strings, so that everything asked for can be known."""

    name: Literal["random-strings"] = "random-strings"
    strings: Annotated[int, Field(ge=1, le=MAX_STRINGS, description="strings to learn")] = 256
    length: Annotated[int, Field(ge=2, le=512, description="tokens of a string; all but the last are read")] = 32
    vocabulary: Annotated[int, Field(ge=2, le=1024, description="number of distinct tokens")] = 64
    given: Annotated[int, Field(ge=1, le=8, description="tokens at the start that are not asked for")] = 2
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="other strings, in the test set")] = 64

    @model_validator(mode="after")
    def the_given_tokens_differ(self) -> Self:
        if self.given >= self.length:
            raise ValueError(f"given: {self.given} of {self.length} tokens leave none to ask for")
        if not self.strings + self.n_test <= self.n_beginnings <= MAX_BEGINNINGS:
            raise ValueError(
                f"given: {self.given} tokens of {self.vocabulary} begin {self.n_beginnings} strings; "
                f"allowed: from {self.strings + self.n_test}, for training and test set, to {MAX_BEGINNINGS}"
            )
        return self

    @property
    def n_beginnings(self) -> int:
        return int(self.vocabulary**self.given)

    @property
    def n_ctx(self) -> int:
        return self.length - 1

    @property
    def d_vocab(self) -> int:
        return self.vocabulary

    @property
    def d_vocab_out(self) -> int:
        return self.vocabulary

    @property
    def n_answers(self) -> int:
        return self.length - self.given

    @property
    def n_train(self) -> int:
        return self.strings
