from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, Task


class FeatureReconstruct(Task):
    """Sparse features to give back through a narrow layer. Source: Elhage et al. 2022, "Toy Models of Superposition",
    sections 2 and 4 (identity), "Computation in Superposition" (abs); with a fixed training set, Henighan et al. 2023,
    "Superposition, Memorization, and Double Descent".

    Each feature is 0 with probability `sparsity`, else uniform in [0, 1], or in [-1, 1] for the target abs. The loss is
    the squared error weighted by importance, summed over features.
    """

    reads: ClassVar[Literal["features"]] = "features"
    answers: ClassVar[Literal["numbers"]] = "numbers"

    name: Literal["feature-reconstruct"] = "feature-reconstruct"
    n_features: Annotated[int, Field(ge=2, le=16384)] = 20
    sparsity: Annotated[float, Field(ge=0.0, lt=1.0, description="S: probability that a feature is 0")] = 0.9
    importance: Annotated[
        float, Field(gt=0.0, le=1.0, description="I: feature i, counted from 0, weighs I^i in the loss")
    ] = 1.0
    target: Annotated[Literal["identity", "abs"], Field(description="x, or its absolute value, for each feature")] = (
        "identity"
    )
    n_examples: Annotated[
        int | None, Field(ge=1, le=131072, description="T: a training set of so many; drawn afresh each step without")
    ] = None
    unit_length: Annotated[
        bool, Field(description="divide each example by its length; one without any feature stays 0")
    ] = False
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 8192

    @property
    def n_ctx(self) -> int:
        return 1

    @property
    def d_in(self) -> int:
        return self.n_features

    @property
    def d_out(self) -> int:
        return self.n_features

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> int | None:
        return self.n_examples

    @property
    def importances(self) -> tuple[float, ...]:
        return tuple(self.importance**i for i in range(self.n_features))
