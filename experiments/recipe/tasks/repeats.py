"""Random tokens in which something comes again: what an induction head is for.

Repeats at a fixed distance are no task here: a network with positions solves them by looking that far back, without
any head that matches tokens.
"""

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

Vocabulary = Annotated[int, Field(ge=2, le=1024, description="number of distinct tokens")]
Length = Annotated[int, Field(ge=4, le=512, description="tokens drawn for an example; all but the last are read")]
STARTS, WITHIN = "start of a repeat", "within a repeat"


class Repeats(TokenTask):
    """The answer at every position is the token after it, asked for only where that token belongs to a repeat.

    The first token of a repeat cannot be foreseen, the others can. `irreducible_loss` counts the former as a uniform
    guess and the latter as known, so a network may end a little above it, or below where it guesses starts well.
    """

    has_ignored: ClassVar[bool] = True

    vocabulary: Vocabulary
    length: Length
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 512

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
        return self.length - 1

    @property
    def n_train(self) -> None:
        return None

    @property
    def slices(self) -> tuple[str, ...]:
        return (STARTS, WITHIN)


class RandomPeriod(Repeats):
    """A random sequence over and over, its length drawn for each example: only a match of tokens tells how far to look
    back. Asked for from its second time on."""

    name: Literal["random-period"] = "random-period"
    vocabulary: Vocabulary = 64
    length: Annotated[
        int, Field(ge=4, le=512, description="tokens drawn for an example; all but the last are read")
    ] = 65
    shortest: Annotated[int, Field(ge=1, le=256, description="the shortest period")] = 8
    longest: Annotated[int, Field(ge=1, le=256, description="the longest period")] = 28

    @model_validator(mode="after")
    def there_is_a_repeat(self) -> Self:
        if self.longest < self.shortest:
            raise ValueError(f"longest: {self.longest} is below shortest, {self.shortest}")
        if 2 * self.longest > self.length:
            raise ValueError(f"longest: a period of {self.longest} does not come twice in {self.length} tokens")
        return self

    @property
    def irreducible_loss(self) -> float:
        mean_period = (self.shortest + self.longest) / 2
        return math.log(self.vocabulary) / (self.length - mean_period)


class RepeatedSubsequence(Repeats):
    """Random tokens among which one random subsequence stands several times, at random places. Asked for from its
    second time on. The setting of problem 3.16."""

    name: Literal["repeated-subsequence"] = "repeated-subsequence"
    vocabulary: Vocabulary = 128
    length: Annotated[
        int, Field(ge=4, le=512, description="tokens drawn for an example; all but the last are read")
    ] = 85
    span: Annotated[int, Field(ge=2, le=128, description="tokens of the subsequence")] = 16
    copies: Annotated[int, Field(ge=2, le=16, description="how often it stands in an example")] = 3

    @model_validator(mode="after")
    def the_copies_fit(self) -> Self:
        if self.span * self.copies > self.length:
            raise ValueError(f"span: {self.copies} copies of {self.span} tokens do not fit into {self.length}")
        return self

    @property
    def irreducible_loss(self) -> float:
        return math.log(self.vocabulary) / self.span
