from typing import Annotated, Literal

from pydantic import Field

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask


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
