"""Arithmetic on the digits of whole numbers, answered one digit at a time."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

MAX_PAIRS = 2**62  # a pair of numbers is told from others by one whole number of 64 bits
SIGN = "sign"
KINDS_OF_SUMS = ("base-add", "make-carry", "use-carry", "cascade")
KINDS_OF_DIFFERENCES = ("base-subtract", "make-borrow", "use-borrow", "cascade")


class DigitArithmetic(TokenTask):
    """Two numbers of n digits, an operation and its result, such as "85+17=102": each digit of the result is to be told
    from all that stands before it. A sum has n + 1 digits, a product 2n. A difference has a sign, "+" or "-", and then
    the n digits of its absolute value: "17-85=-68".

    Digits of a sum are told apart by where a carry comes from. base-add: none comes in, none is made; make-carry: none
    comes in; use-carry: the column beside it makes one; cascade: one comes through columns that add up to base - 1, the
    nines. Of a difference, the same of borrows, through columns of equal digits. Source: Quirke & Barez 2023, arXiv
    2310.13121; the setting of five digits is that of Nanda et al. 2023, arXiv 2301.05217.
    """

    name: Literal["digit-arithmetic"] = "digit-arithmetic"
    operation: Literal["add", "sub", "mul"] = "add"
    digits: Annotated[int, Field(ge=1, le=16, description="n: digits of each of the two numbers")] = 5
    base: Literal[2, 10] = 10
    order: Annotated[
        Literal["most-significant-first", "least-significant-first"],
        Field(description="of the digits of all three numbers; the sign of a difference comes first in both"),
    ] = "most-significant-first"
    carries: Annotated[
        Literal["uniform", "carry-free", "carry-rich", "balanced"],
        Field(
            description="which pairs of digits are drawn for an addition; carry-free: sums below the base; carry-rich: "
            "sums of the base - 1 and above, half of them nines; balanced: below, nines and above, a third each"
        ),
    ] = "uniform"
    train_examples: Annotated[
        int | None,
        Field(ge=1, le=MAX_TEST_EXAMPLES, description="size of a fixed training set; fresh examples when left out"),
    ] = None
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @model_validator(mode="after")
    def the_numbers_exist(self) -> Self:
        if self.carries != "uniform" and self.operation != "add":
            raise ValueError(f"carries: '{self.carries}' is a law for additions, not '{self.operation}'")
        if self.base ** (2 * self.digits) > MAX_PAIRS:
            raise ValueError(f"digits: {self.digits} are too many in base {self.base}; allowed: 1 to 9")
        wanted = (self.train_examples or 0) + self.n_test
        if self.train_examples is not None and wanted > self.n_pairs:
            raise ValueError(
                f"train_examples: {self.train_examples} and a test set of {self.n_test} are more than "
                f"the {self.n_pairs} pairs of numbers there are"
            )
        return self

    @property
    def n_pairs(self) -> int:
        """Pairs of numbers that may be drawn."""
        has_all = self.carries in ("uniform", "balanced")
        per_column: int = self.base**2 if has_all else self.base * (self.base + 1) // 2
        n_pairs: int = per_column**self.digits
        return n_pairs

    @property
    def signs(self) -> tuple[str, ...]:
        """The tokens after the digits, in their order."""
        return {"add": ("+", "="), "sub": ("-", "+", "="), "mul": ("×", "=")}[self.operation]

    @property
    def has_sign(self) -> bool:
        return self.operation == "sub"

    @property
    def n_result_digits(self) -> int:
        return {"add": self.digits + 1, "sub": self.digits, "mul": 2 * self.digits}[self.operation]

    @property
    def n_answers(self) -> int:
        return self.n_result_digits + self.has_sign

    @property
    def n_ctx(self) -> int:
        return 2 * self.digits + 1 + self.n_answers  # the last answer is not read

    @property
    def d_vocab(self) -> int:
        return self.base + len(self.signs)

    @property
    def d_vocab_out(self) -> int:
        return self.base + (2 if self.has_sign else 0)

    @property
    def n_train(self) -> int | None:
        return self.train_examples

    @property
    def answer_names(self) -> tuple[str, ...]:
        powers = self._in_order([f"{self.base}^{place}" for place in range(self.n_result_digits)])
        return ((SIGN,) if self.has_sign else ()) + powers

    @property
    def position_names(self) -> tuple[str, ...]:
        a, b = (self._in_order([f"{name}{place}" for place in range(self.digits)]) for name in "ab")
        return (*a, self.signs[0], *b, "=", *self.answer_names[:-1])

    @property
    def slices(self) -> tuple[str, ...]:
        return {"add": KINDS_OF_SUMS, "sub": KINDS_OF_DIFFERENCES, "mul": ()}[self.operation]

    def _in_order(self, names: list[str]) -> tuple[str, ...]:
        return tuple(names if self.order == "least-significant-first" else reversed(names))
