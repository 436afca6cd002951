"""Sorting lists of numbers, each number a token."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

MAX_LENGTH = 64
Numbers = Annotated[int, Field(ge=2, le=1024, description="V: numbers are 0 to V-1, the signs come after them")]
NEW, AGAIN = "a new number", "the same number again"


class Sorting(TokenTask):
    """Lists drawn afresh each step, and the same numbers in ascending order after MID.

    The answer at each place from MID on is the number that comes next. Source: problems 3.1 and 3.2.
    """

    vocabulary: Numbers
    repeats: Annotated[bool, Field(description="numbers may come more than once in a list")] = False
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @property
    @abstractmethod
    def longest_list(self) -> int:
        """Numbers in the longest list."""

    @model_validator(mode="after")
    def there_are_enough_numbers(self) -> Self:
        if not self.repeats and self.vocabulary < self.longest_list:
            raise ValueError(
                f"vocabulary: {self.vocabulary} numbers do not make a list of {self.longest_list} without repeats; "
                f"allowed: {self.longest_list} or more, or repeats = true"
            )
        return self

    @property
    def n_train(self) -> None:
        return None

    @property
    def irreducible_loss(self) -> float:
        return 0.0


class SortList(Sorting):
    """Lists of one length: START x1 ... xn MID s1 ... sn, read up to the last but one. START is V, MID is V + 1."""

    name: Literal["sort-list"] = "sort-list"
    vocabulary: Numbers = 64
    length: Annotated[int, Field(ge=2, le=MAX_LENGTH, description="n: numbers in a list")] = 5

    @property
    def longest_list(self) -> int:
        return self.length

    @property
    def n_ctx(self) -> int:
        return 2 * self.length + 1

    @property
    def d_vocab(self) -> int:
        return self.vocabulary + 2

    @property
    def d_vocab_out(self) -> int:
        return self.vocabulary

    @property
    def n_answers(self) -> int:
        return self.length

    @property
    def position_names(self) -> tuple[str, ...]:
        given = (f"x{place}" for place in range(1, self.length + 1))
        return ("START", *given, "MID", *self.answer_names[:-1])

    @property
    def answer_names(self) -> tuple[str, ...]:
        return tuple(f"s{place}" for place in range(1, self.length + 1))

    @property
    def slices(self) -> tuple[str, ...]:
        return (NEW, AGAIN) if self.repeats else ()


class SortAnyLength(Sorting):
    """Lists of shortest to longest numbers, any length alike: START x1 ... xn MID s1 ... sn END and PAD to the end. END
    is asked for as well. START is V, MID V + 1, END V + 2 and PAD V + 3.

    Training lists have at most `longest_trained` numbers, test lists up to `longest`: those beyond show whether the
    rule is carried to longer lists. Slices tell the answers, but END, apart by the length of their list.
    """

    has_ignored: ClassVar[bool] = True

    name: Literal["sort-any-length"] = "sort-any-length"
    vocabulary: Numbers = 64
    shortest: Annotated[int, Field(ge=1, le=MAX_LENGTH)] = 2
    longest_trained: Annotated[int, Field(ge=1, le=MAX_LENGTH, description="numbers in the longest training list")] = 10
    longest: Annotated[int, Field(ge=1, le=MAX_LENGTH, description="numbers in the longest test list")] = 10

    @model_validator(mode="after")
    def lengths_are_in_order(self) -> Self:
        if self.longest_trained < self.shortest:
            raise ValueError(f"longest_trained: {self.longest_trained} is below shortest, {self.shortest}")
        if self.longest < self.longest_trained:
            raise ValueError(f"longest: {self.longest} is below longest_trained, {self.longest_trained}")
        return self

    @property
    def longest_list(self) -> int:
        return self.longest

    @property
    def n_ctx(self) -> int:
        return 2 * self.longest + 2

    @property
    def d_vocab(self) -> int:
        return self.vocabulary + 4

    @property
    def d_vocab_out(self) -> int:
        return self.vocabulary + 3

    @property
    def n_answers(self) -> int:
        """From the first place at which MID can stand to the last sorted number."""
        return self.n_ctx - self.shortest - 1

    @property
    def answer_names(self) -> tuple[str, ...]:
        return tuple(f"after place {place}" for place in range(self.shortest + 1, self.n_ctx))

    @property
    def slices(self) -> tuple[str, ...]:
        return tuple(f"{length} numbers" for length in range(self.shortest, self.longest + 1))
