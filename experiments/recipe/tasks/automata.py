"""Automata: a state that every token changes, asked for after every token."""

import math
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.groups import Degree
from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask


class Automaton(TokenTask):
    """Random tokens; the answer at every position is the state that the tokens up to there lead to, from state 0.

    Only the first `length` answers are trained. With a larger `tested_length` the test set goes on, so that its slices
    tell how a network does on inputs longer than any it was trained on. Source: Liu et al. 2023, "Transformers Learn
    Shortcuts to Automata", arXiv 2210.10749.
    """

    has_ignored: ClassVar[bool] = True

    length: Annotated[int, Field(ge=2, le=256, description="T: tokens whose states are trained")] = 16
    tested_length: Annotated[
        int | None,
        Field(ge=2, le=512, description="tokens whose states are tested; as many as are trained if left out"),
    ] = None
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @model_validator(mode="after")
    def what_is_trained_is_tested(self) -> Self:
        if self.n_ctx < self.length:
            raise ValueError(f"tested_length: {self.tested_length} is below length, {self.length}")
        return self

    @property
    def n_ctx(self) -> int:
        return self.tested_length or self.length

    @property
    def n_answers(self) -> int:
        return self.n_ctx

    @property
    def n_train(self) -> None:
        return None

    @property
    def answer_names(self) -> tuple[str, ...]:
        return tuple(f"t={position}" for position in range(1, self.n_ctx + 1))

    @property
    def slices(self) -> tuple[str, ...]:
        """Stretches of positions, each as long as what is trained."""
        starts = range(0, self.n_ctx, self.length)
        return tuple(f"{start + 1} to {min(start + self.length, self.n_ctx)}" for start in starts)


class CyclicAutomaton(Automaton):
    """A counter modulo k: tokens 0 to k - 1, the state is their sum modulo k. With k = 2, the parity of the ones."""

    name: Literal["cyclic-automaton"] = "cyclic-automaton"
    modulus: Annotated[int, Field(ge=2, le=64, description="k: the number of states")] = 2

    @property
    def d_vocab(self) -> int:
        return self.modulus

    @property
    def d_vocab_out(self) -> int:
        return self.modulus


class FlipFlop(Automaton):
    """A memory of one bit: token 0 writes 0, token 1 writes 1, token 2 leaves it as it is. The state is what was
    written last, which may be long ago: that is where attention glitches. Source: Liu et al. 2023, arXiv 2306.00946."""

    name: Literal["flip-flop"] = "flip-flop"
    idle: Annotated[float, Field(ge=0.0, lt=1.0, description="share of the tokens that leave the bit as it is")] = 0.8

    @property
    def d_vocab(self) -> int:
        return 3

    @property
    def d_vocab_out(self) -> int:
        return 2


class PermutationAutomaton(Automaton):
    """Tokens are permutations of n things, the state is what they make one after the other. Shortcuts are known where a
    group is solvable, as for n = 3 and 4, and not for n = 5."""

    name: Literal["permutation-automaton"] = "permutation-automaton"
    degree: Degree = 3

    @property
    def d_vocab(self) -> int:
        return math.factorial(self.degree)

    @property
    def d_vocab_out(self) -> int:
        return self.d_vocab


class DyckAutomaton(Automaton):
    """Brackets of one kind: token 0 opens and token 1 closes, the state is how many are open, at most `depth`. Each is
    as likely as the other, but with none open one opens, and with `depth` of them open one closes."""

    name: Literal["dyck"] = "dyck"
    depth: Annotated[int, Field(ge=1, le=63, description="the most that are open at a time")] = 8

    @property
    def d_vocab(self) -> int:
        return 2

    @property
    def d_vocab_out(self) -> int:
        return self.depth + 1
