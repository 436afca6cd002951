"""Classes that follow from a sum, learnt from few examples some of whose labels are wrong."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

MAX_SEQUENCES = 2**20  # they are shuffled to draw different ones


class SummedScores(TokenTask):
    """Random tokens, "=", and a class: every token at every place has a score for each class, drawn once, and the class
    with the largest sum is right (problem 3.29). A rule that a network can find from part of the sequences.

    With label noise, that share of the training examples has another class than the right one, at random; no test
    example has, and none is in the training set. It is what makes networks of a middling size fail, which can just fit
    all of it: Nakkiran et al. 2019, arXiv 1912.02292.
    """

    name: Literal["summed-scores"] = "summed-scores"
    length: Annotated[int, Field(ge=1, le=32, description="L: tokens of a sequence")] = 6
    vocabulary: Annotated[int, Field(ge=2, le=256, description="V: tokens are 0 to V-1, and V stands for '='")] = 8
    classes: Annotated[int, Field(ge=2, le=64, description="K: answers are 0 to K-1")] = 4
    train_examples: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="size of the training set")] = 500
    label_noise: Annotated[
        float, Field(ge=0.0, lt=1.0, description="share of the training examples whose label is wrong")
    ] = 0.0
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 2048

    @model_validator(mode="after")
    def there_are_so_many_sequences(self) -> Self:
        wanted = self.train_examples + self.n_test
        if not wanted <= self.n_sequences <= MAX_SEQUENCES:
            raise ValueError(
                f"length: {self.length} tokens of {self.vocabulary} make {self.n_sequences} sequences; allowed: "
                f"from {wanted}, for training and test set, to {MAX_SEQUENCES}"
            )
        return self

    @property
    def n_sequences(self) -> int:
        return int(self.vocabulary**self.length)

    @property
    def n_wrong(self) -> int:
        """Training examples with a wrong label."""
        return round(self.label_noise * self.train_examples)

    @property
    def n_ctx(self) -> int:
        return self.length + 1

    @property
    def d_vocab(self) -> int:
        return self.vocabulary + 1

    @property
    def d_vocab_out(self) -> int:
        return self.classes

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
    def n_train(self) -> int:
        return self.train_examples

    @property
    def irreducible_loss(self) -> float:
        """On the test set, whose labels are right."""
        return 0.0

    @property
    def position_names(self) -> tuple[str, ...]:
        return (*(f"x{place}" for place in range(1, self.length + 1)), "=")
