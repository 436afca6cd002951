"""Functions to learn in context: pairs of one function in every example, another one in the next."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, Task


class InContext(Task):
    """x1, y1, x2, y2, ... with y = f(x) and a new f in every example; y is predicted from each x and what came before.
    Drawn afresh each step. Source: Garg et al. 2022, arXiv 2208.01066, section 2.

    Every x is standard normal. As in the paper's code, a position is a vector of `dims` numbers: x itself, or y
    followed by zeros. The last y is left out, for nothing comes after it.
    """

    reads: ClassVar[Literal["vectors"]] = "vectors"
    answers: ClassVar[Literal["numbers"]] = "numbers"
    methods: ClassVar[tuple[str, ...]]  # what the network is held against in the plot, the best of them first

    name: Literal["icl-regression", "icl-sparse", "icl-network", "icl-tree"]
    dims: Annotated[int, Field(ge=1, le=64, description="D: numbers in each x")] = 20
    points: Annotated[int, Field(ge=2, le=256, description="P: pairs in each example")] = 41
    noise: Annotated[float, Field(ge=0.0, le=10.0, description="standard deviation of what is added to each y")] = 0.0
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @property
    @abstractmethod
    def variance(self) -> float:
        """Of f(x) over functions and inputs: the error of always answering 0, where there is no noise."""

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


class IclRegression(InContext):
    """Linear functions, f(x) = w . x with w standard normal. Problem 3.13; Garg et al. 2022, section 3."""

    methods: ClassVar[tuple[str, ...]] = ("least squares", "averaging")
    name: Literal["icl-regression"] = "icl-regression"

    @property
    def variance(self) -> float:
        return float(self.dims)


class IclSparse(InContext):
    """Linear functions of a few of the numbers of x, f(x) = w . x with `nonzero` entries of w standard normal and the
    others 0: fewer pairs are enough for who knows that. Problem 3.14; Garg et al. 2022, section 4."""

    methods: ClassVar[tuple[str, ...]] = ("lasso", "least squares")
    name: Literal["icl-sparse"] = "icl-sparse"
    nonzero: Annotated[int, Field(ge=1, le=64, description="s: entries of w that are not 0")] = 3

    @model_validator(mode="after")
    def there_are_so_many(self) -> Self:
        if self.nonzero > self.dims:
            raise ValueError(f"nonzero: {self.nonzero} of {self.dims} entries cannot differ from 0")
        return self

    @property
    def variance(self) -> float:
        return float(self.nonzero)


class IclNetwork(InContext):
    """Networks with one hidden layer, f(x) = sqrt(2 / r) sum_i a_i ReLU(w_i . x) over r hidden neurons, with all
    weights standard normal. Problem 3.14; Garg et al. 2022, section 5."""

    methods: ClassVar[tuple[str, ...]] = ("kernel regression", "trained network", "least squares")
    name: Literal["icl-network"] = "icl-network"
    hidden: Annotated[int, Field(ge=1, le=1024, description="r: hidden neurons")] = 100

    @property
    def variance(self) -> float:
        return float(self.dims)


class IclTree(InContext):
    """Decision trees in which every inner node asks for the sign of one number of x, drawn at random, and every leaf
    has a standard normal value. Problem 3.14; Garg et al. 2022, section 5."""

    methods: ClassVar[tuple[str, ...]] = ("greedy tree", "least squares")
    name: Literal["icl-tree"] = "icl-tree"
    depth: Annotated[int, Field(ge=1, le=8, description="questions on the way to a leaf")] = 4

    @property
    def variance(self) -> float:
        return 1.0
