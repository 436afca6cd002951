"""Indirect object identification with names as tokens: who was there and has not been named again?"""

import math
from typing import Annotated, Literal

from pydantic import Field

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

ABB, BAB, ABC = "ABB", "BAB", "ABC"  # which of the three names is the second: see IoiSymbolic
BEGIN, END = "BOS", "END"


class IoiSymbolic(TokenTask):
    """Three names in a row, of which the second subject S stands for one of the first two: the answer at the last
    position is the other one, the indirect object IO. Drawn afresh each step. Problems 3.18, 3.19 and 3.22.

    "BOS A B S END" is the skeleton of "When A and B went to the shop, S gave a drink to". ABB: S is the second name;
    BAB: S is the first; ABC: S is a third name and the answer one of the three at random, so that it is not enough to
    leave out the last name. Filler tokens stand at random places between the names, as words do in a text.
    Source: Wang et al. 2022, arXiv 2211.00593, section 2; the skeleton as in Adhikari 2025.
    """

    name: Literal["ioi-symbolic"] = "ioi-symbolic"
    names: Annotated[int, Field(ge=3, le=512, description="number of distinct names")] = 20
    ambiguous: Annotated[
        float, Field(ge=0.0, lt=1.0, description="share of examples with three different names, ABC")
    ] = 0.5
    filler: Annotated[int, Field(ge=0, le=64, description="filler tokens in each example, at random places")] = 0
    filler_vocabulary: Annotated[int, Field(ge=1, le=512, description="number of distinct filler tokens")] = 16
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @property
    def n_ctx(self) -> int:
        return 5 + self.filler

    @property
    def begin_token(self) -> int:
        return self.names

    @property
    def end_token(self) -> int:
        return self.names + 1

    @property
    def d_vocab(self) -> int:
        """Names, BOS, END, and fillers where there are any."""
        return self.names + 2 + (self.filler_vocabulary if self.filler else 0)

    @property
    def d_vocab_out(self) -> int:
        return self.names

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> None:
        return None

    @property
    def irreducible_loss(self) -> float:
        """A uniform guess among three names where there are three, and no doubt elsewhere."""
        return self.ambiguous * math.log(3)

    @property
    def position_names(self) -> tuple[str, ...]:
        """By role where the roles have places of their own; with fillers, the names stand anywhere."""
        if self.filler:
            return (BEGIN, *(str(place) for place in range(1, self.n_ctx - 1)), END)
        return (BEGIN, "name 1", "name 2", "S", END)

    @property
    def slices(self) -> tuple[str, ...]:
        return (ABB, BAB, ABC) if self.ambiguous else (ABB, BAB)
