from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, Task


class IclRegression(Task):
    """In-context linear regression: x1, y1, x2, y2, ... with y = w . x and a new w in every example; y is predicted
    from each x and what came before. Drawn afresh each step. Source: Garg et al. 2022, arXiv 2208.01066, section 3.

    x and w are standard normal, so the error of always answering 0 is `dims`. As in the paper's code, a position is a
    vector of `dims` numbers: x itself, or y followed by zeros. The last y is left out, for nothing comes after it.
    """

    reads: ClassVar[Literal["vectors"]] = "vectors"
    answers: ClassVar[Literal["numbers"]] = "numbers"

    name: Literal["icl-regression"] = "icl-regression"
    dims: Annotated[int, Field(ge=1, le=64, description="D: numbers in each x")] = 20
    points: Annotated[int, Field(ge=2, le=256, description="P: pairs in each example")] = 41
    noise: Annotated[float, Field(ge=0.0, le=10.0, description="standard deviation of what is added to each y")] = 0.0
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @property
    def n_ctx(self) -> int:
        return 2 * self.points - 1

    @property
    def d_in(self) -> int:
        return self.dims

    @property
    def d_out(self) -> int:
        return 1

    @property
    def n_answers(self) -> int:
        return self.points

    @property
    def n_train(self) -> None:
        return None
