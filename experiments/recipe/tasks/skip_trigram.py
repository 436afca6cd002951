"""Skip-trigrams: what comes next follows from the last token and one that stood somewhere before."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask


class SkipTrigram(TokenTask):
    """Fillers with one source token of each query among them, in any order, and a query at the end: the answer is what
    a table says of that query's source. Drawn afresh each step, the table once for each seed.

    The smallest task in which a head has to look for something: which token to attend to, the last one says; what to
    answer, the token attended to. Source: the skip-trigrams of Elhage et al. 2021, "A Mathematical Framework for
    Transformer Circuits". The starting point for a task of one's own (problem 3.17).
    """

    name: Literal["skip-trigram"] = "skip-trigram"
    queries: Annotated[int, Field(ge=2, le=64, description="tokens that can stand at the end")] = 8
    sources: Annotated[int, Field(ge=2, le=64, description="tokens that belong to each query")] = 8
    answer_tokens: Annotated[int, Field(ge=2, le=512, description="tokens that can be the answer")] = 16
    filler_vocabulary: Annotated[int, Field(ge=1, le=512, description="number of distinct filler tokens")] = 16
    length: Annotated[int, Field(ge=3, le=256, description="tokens of an example, the query among them")] = 16
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @model_validator(mode="after")
    def the_sources_fit(self) -> Self:
        if self.length < self.queries + 1:
            raise ValueError(f"length: {self.length} tokens do not hold a source of {self.queries} queries and a query")
        return self

    @property
    def first_source(self) -> int:
        return self.filler_vocabulary

    @property
    def first_query(self) -> int:
        return self.first_source + self.queries * self.sources

    @property
    def n_ctx(self) -> int:
        return self.length

    @property
    def d_vocab(self) -> int:
        return self.first_query + self.queries

    @property
    def d_vocab_out(self) -> int:
        return self.answer_tokens

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> None:
        return None

    @property
    def irreducible_loss(self) -> float:
        return 0.0
