from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.spec import Fraction
from experiments.recipe.tasks.task import TokenTask


class Recurrence(TokenTask):
    """s_n = s_{n-1} + s_{n-2} modulo p from two random first terms, as Fibonacci's numbers; each term from the third on
    is to be told from those before it (problem 3.7).

    Fresh examples begin with any of the p^2 pairs, and the test set with each of them once. With a `train_fraction` the
    pairs are shared out, and so are the sums: a training example asks only for terms after a training pair, a test
    example only for terms after a test pair, wherever in the sequence these stand.
    """

    has_ignored: ClassVar[bool] = True

    name: Literal["recurrence"] = "recurrence"
    modulus: Annotated[int, Field(ge=2, le=256, description="p: tokens are 0 to p - 1")] = 31
    length: Annotated[int, Field(ge=3, le=128, description="terms of a sequence; all but the last are read")] = 8
    train_fraction: Annotated[
        Fraction | None, Field(description="share of the p^2 pairs that is trained on; fresh examples when left out")
    ] = None

    @property
    def n_ctx(self) -> int:
        return self.length - 1

    @property
    def d_vocab(self) -> int:
        return self.modulus

    @property
    def d_vocab_out(self) -> int:
        return self.modulus

    @property
    def n_answers(self) -> int:
        return self.length - 2

    @property
    def n_train(self) -> int | None:
        return None if self.train_fraction is None else round(self.train_fraction * self.modulus**2)

    @property
    def n_test(self) -> int:
        return self.modulus**2 - (self.n_train or 0)

    @property
    def position_names(self) -> tuple[str, ...]:
        return tuple(f"s{term}" for term in range(1, self.length))

    @property
    def answer_names(self) -> tuple[str, ...]:
        return tuple(f"s{term}" for term in range(3, self.length + 1))
