"""Tasks: what the network learns. Each spec also says the sizes that the model and the budget need."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.spec import Fraction, Spec

MAX_TEST_EXAMPLES = 65536


class Task(Spec, ABC):
    """What a model reads, and what it is asked for at `n_answers` of the `n_ctx` positions of each example.

    reads: a token at every position; a real-valued vector of `d_in` numbers at every position; or one vector of `d_in`
    features and no positions to speak of. answers: a token, trained with cross-entropy; or `d_out` numbers, trained
    with the squared error.
    """

    reads: ClassVar[Literal["tokens", "vectors", "features"]]
    answers: ClassVar[Literal["token", "numbers"]]

    @property
    @abstractmethod
    def n_ctx(self) -> int:
        """Positions per example."""

    @property
    @abstractmethod
    def d_in(self) -> int:
        """Size of the vocabulary that is read, or numbers per position."""

    @property
    @abstractmethod
    def d_out(self) -> int:
        """Logits, or numbers, per answer."""

    @property
    @abstractmethod
    def n_answers(self) -> int:
        """Positions per example at which the loss reads the output."""

    @property
    @abstractmethod
    def n_train(self) -> int | None:
        """Examples in the fixed training set; None when every step draws new ones."""

    @property
    def loss_unit(self) -> str:
        return "nats per token" if self.answers == "token" else "squared error"


class TokenTask(Task):
    """Tokens in, tokens out."""

    reads: ClassVar[Literal["tokens"]] = "tokens"
    answers: ClassVar[Literal["token"]] = "token"

    @property
    @abstractmethod
    def d_vocab(self) -> int: ...

    @property
    @abstractmethod
    def d_vocab_out(self) -> int: ...

    @property
    def d_in(self) -> int:
        return self.d_vocab

    @property
    def d_out(self) -> int:
        return self.d_vocab_out

    @property
    def n_operands(self) -> int:
        """Positions, counted from the first, whose token differs between examples: all that an MLP has to read."""
        return self.n_ctx

    @property
    def d_operand(self) -> int:
        """Tokens that can stand at an operand: 0 to d_operand - 1."""
        return self.d_vocab


class ModularAddition(TokenTask):
    """Every pair (a, b) modulo p, answered with a + b after "=". Source: Nanda et al. 2023, arXiv 2301.05217."""

    name: Literal["modular-addition"] = "modular-addition"
    modulus: Annotated[int, Field(ge=3, le=256, description="p: tokens are 0 to p-1, and p itself stands for '='")] = (
        113
    )
    train_fraction: Annotated[Fraction, Field(description="share of the p^2 pairs that is trained on")] = 0.3

    @property
    def n_ctx(self) -> int:
        return 3

    @property
    def d_vocab(self) -> int:
        return self.modulus + 1

    @property
    def d_vocab_out(self) -> int:
        return self.modulus

    @property
    def n_operands(self) -> int:
        return 2

    @property
    def d_operand(self) -> int:
        return self.modulus

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> int:
        return round(self.train_fraction * self.modulus**2)

    @property
    def n_test(self) -> int:
        return self.modulus**2 - self.n_train


class PreviousToken(TokenTask):
    """Uniform random tokens, drawn afresh each step; from the second position on, the answer is the token before it.

    The smallest task that needs attention to look one place back (problem 3.21).
    """

    name: Literal["previous-token"] = "previous-token"
    vocabulary: Annotated[int, Field(ge=2, le=1024, description="number of distinct tokens")] = 64
    length: Annotated[int, Field(ge=2, le=512, description="tokens per example")] = 32
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 512

    @property
    def n_ctx(self) -> int:
        return self.length

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


class FeatureReconstruct(Task):
    """Sparse features to give back through a narrow layer, drawn afresh each step. Source: Elhage et al. 2022,
    "Toy Models of Superposition", sections 2 and 4 (identity), "Computation in Superposition" (abs).

    Each feature is 0 with probability `sparsity`, else uniform in [0, 1], or in [-1, 1] for the target abs. The loss is
    the squared error weighted by importance, summed over features.
    """

    reads: ClassVar[Literal["features"]] = "features"
    answers: ClassVar[Literal["numbers"]] = "numbers"

    name: Literal["feature-reconstruct"] = "feature-reconstruct"
    n_features: Annotated[int, Field(ge=2, le=1024)] = 20
    sparsity: Annotated[float, Field(ge=0.0, lt=1.0, description="S: probability that a feature is 0")] = 0.9
    importance: Annotated[
        float, Field(gt=0.0, le=1.0, description="I: feature i, counted from 0, weighs I^i in the loss")
    ] = 1.0
    target: Annotated[Literal["identity", "abs"], Field(description="x, or its absolute value, for each feature")] = (
        "identity"
    )
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
    def n_train(self) -> None:
        return None

    @property
    def importances(self) -> tuple[float, ...]:
        return tuple(self.importance**i for i in range(self.n_features))


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


TaskSpec = Annotated[ModularAddition | PreviousToken | FeatureReconstruct | IclRegression, Field(discriminator="name")]
