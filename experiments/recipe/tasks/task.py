"""What every task says of itself: the sizes that the model and the budget need."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from experiments.recipe.spec import Spec

MAX_TEST_EXAMPLES = 65536
IGNORED = -1  # the label of an answer that an example is not asked for: no loss, no measure counts it


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

    @property
    def irreducible_loss(self) -> float | None:
        """What the best possible answers lose on average, in the unit of the loss; None when it is not known."""
        return None

    @property
    def position_names(self) -> tuple[str, ...]:
        """What stands at each of the `n_ctx` positions, in a word or a sign, for the axes of plots."""
        return tuple(str(position) for position in range(self.n_ctx))

    @property
    def answer_names(self) -> tuple[str, ...]:
        """What each of the `n_answers` answers is called in components and plots; k=0, k=1, ...: k came before."""
        return tuple(f"k={k}" for k in range(self.n_answers))

    @property
    def slices(self) -> tuple[str, ...]:
        """Names of the kinds of answers that are worth telling apart, such as "carry 2" or "2 hops"."""
        return ()

    @property
    def hidden_states(self) -> tuple[str, ...]:
        """Names of what an example holds at each answer without showing it, such as a board: what probes look for."""
        return ()

    @property
    def hidden_kinds(self) -> tuple[str, ...]:
        """Names of the kinds that items of the first hidden state are told apart by, such as discs that just turned."""
        return ()


class TokenTask(Task):
    """Tokens in, tokens out."""

    reads: ClassVar[Literal["tokens"]] = "tokens"
    answers: ClassVar[Literal["token"]] = "token"
    has_ignored: ClassVar[bool] = False  # examples differ in which of the answers they ask for: see IGNORED

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

    @property
    def token_names(self) -> tuple[str, ...]:
        """What each of the `d_vocab` tokens is called in plots."""
        return tuple(str(token) for token in range(self.d_vocab))
