"""Tasks: what the network learns. Each spec also says the sizes that the model and the budget need."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from experiments.recipe.spec import Fraction, Spec


class ModularTask(Spec):
    """Every pair (a, b) modulo p, answered after "=" with a + sign * b."""

    sign: ClassVar[Literal[1, -1]]

    name: Literal["modular-addition", "modular-subtraction"]
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
    def n_answers(self) -> int:
        """Positions per example at which the loss reads the logits."""
        return 1

    @property
    def n_train(self) -> int:
        """Examples in the fixed training set."""
        return round(self.train_fraction * self.modulus**2)

    @property
    def n_test(self) -> int:
        return self.modulus**2 - self.n_train


class ModularAddition(ModularTask):
    """Every pair (a, b) modulo p, answered with a + b after "=". Source: Nanda et al. 2023, arXiv 2301.05217."""

    sign: ClassVar[Literal[1]] = 1
    name: Literal["modular-addition"] = "modular-addition"


class ModularSubtraction(ModularTask):
    """Every pair (a, b) modulo p, answered with a - b after "=" (problem 3.4). With p = 5: a = 3, b = 4 gives 4."""

    sign: ClassVar[Literal[-1]] = -1
    name: Literal["modular-subtraction"] = "modular-subtraction"


class PreviousToken(Spec):
    """Uniform random tokens, drawn afresh each step; from the second position on, the answer is the token before it.

    The smallest task that needs attention to look one place back (problem 3.21).
    """

    name: Literal["previous-token"] = "previous-token"
    vocabulary: Annotated[int, Field(ge=2, le=1024, description="number of distinct tokens")] = 64
    length: Annotated[int, Field(ge=2, le=512, description="tokens per example")] = 32
    n_test: Annotated[int, Field(ge=1, le=65536, description="examples in the fixed test set")] = 512

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
        """No fixed training set: every step draws new examples."""
        return None


SingleTask = Annotated[ModularAddition | ModularSubtraction | PreviousToken, Field(discriminator="name")]
