"""Lists of numbers, each number a token."""

from typing import Annotated, Literal

from pydantic import Field

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

MAX_GAP = 3  # gaps from here on are one slice


class ReduceList(TokenTask):
    """The largest, or the smallest, of some numbers, asked for after "=" (problem 3.5).

    Numbers are uniform and may repeat; every step draws new lists. Where there are at most `max_test` different lists,
    the test set is all of them: an accuracy of 1 then is proof by exhaustion. None is kept from training, as what is
    asked is how a rule is carried out. Slices tell answers apart by how far ahead of the next number they are.
    """

    name: Literal["reduce-list"] = "reduce-list"
    operation: Literal["max", "min"] = "max"
    length: Annotated[int, Field(ge=2, le=16, description="n: numbers in a list")] = 2
    vocabulary: Annotated[
        int, Field(ge=2, le=256, description="V: numbers are 0 to V-1, and V itself stands for '='")
    ] = 64
    max_test: Annotated[
        int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="test on all lists if there are no more; on this many else")
    ] = 4096

    @property
    def n_ctx(self) -> int:
        return self.length + 1

    @property
    def d_vocab(self) -> int:
        return self.vocabulary + 1

    @property
    def d_vocab_out(self) -> int:
        return self.vocabulary

    @property
    def n_operands(self) -> int:
        return self.length

    @property
    def d_operand(self) -> int:
        return self.vocabulary

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> None:
        return None

    @property
    def n_lists(self) -> int:
        return int(self.vocabulary**self.length)

    @property
    def tests_every_list(self) -> bool:
        return self.n_lists <= self.max_test

    @property
    def n_test(self) -> int:
        return min(self.n_lists, self.max_test)

    @property
    def irreducible_loss(self) -> float:
        return 0.0

    @property
    def position_names(self) -> tuple[str, ...]:
        return (*(f"x{place}" for place in range(1, self.length + 1)), "=")

    @property
    def slices(self) -> tuple[str, ...]:
        single = (f"gap {gap}" for gap in range(min(MAX_GAP, self.vocabulary)))
        return (*single, f"gap {MAX_GAP} or more") if self.vocabulary > MAX_GAP else tuple(single)
