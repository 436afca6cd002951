"""Small programs on lists, carried out by looking tokens up elsewhere in the example."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

Length = Annotated[int, Field(ge=2, le=16, description="n: tokens in the list")]
COPIED, OVERWRITTEN, TWICE = "copied", "overwritten", "overwritten twice"
SIGNS = ("a", "=", ";", "[", "]", "->")  # of the small programs, in the order of their tokens
ASSIGNMENT = 7  # tokens of "a [ i ] = v ;"


class Lookup(TokenTask):
    """A list and what is to be done with it, drawn afresh each step; the answers are its tokens, read one by one."""

    length: Length
    vocabulary: Annotated[int, Field(ge=2, le=512, description="V: what the list is made of, as tokens 0 to V-1")] = 10
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @property
    def d_vocab_out(self) -> int:
        return self.vocabulary

    @property
    def n_answers(self) -> int:
        return self.length

    @property
    def n_train(self) -> None:
        return None

    @property
    def irreducible_loss(self) -> float:
        return 0.0

    @property
    def answer_names(self) -> tuple[str, ...]:
        return tuple(f"out{place}" for place in range(1, self.length + 1))


class PermuteList(Lookup):
    """a1 ... an SEP p1 ... pn SEP out1 ... outn, where p is a permutation and out_k = a_(p_k) (problem 3.6). Places are
    tokens V to V + n - 1, and SEP is V + n."""

    name: Literal["permute-list"] = "permute-list"
    length: Length = 5

    @property
    def n_ctx(self) -> int:
        return 3 * self.length + 1

    @property
    def d_vocab(self) -> int:
        return self.vocabulary + self.length + 1

    @property
    def position_names(self) -> tuple[str, ...]:
        places = range(1, self.length + 1)
        given, wanted = (f"a{place}" for place in places), (f"p{place}" for place in places)
        return (*given, "SEP", *wanted, "SEP", *self.answer_names[:-1])


class CodeEval(Lookup):
    """a = d1 ... dn ; a [ i ] = v ; a -> out1 ... outn: a list, one or two assignments to places of it, and what it is
    then (problem 3.9). Places i count from 0 and are written as digits; a later assignment wins."""

    name: Literal["code-eval"] = "code-eval"
    length: Length = 3
    assignments: Annotated[int, Field(ge=1, le=2, description="how many are carried out, one after the other")] = 1

    @model_validator(mode="after")
    def every_place_has_a_digit(self) -> Self:
        if self.vocabulary < self.length:
            raise ValueError(f"vocabulary: {self.vocabulary} digits cannot write the {self.length} places of the list")
        return self

    @property
    def n_ctx(self) -> int:
        return self.first_answer + self.length

    @property
    def first_answer(self) -> int:
        """The position of "->"."""
        return self.length + 4 + self.assignments * ASSIGNMENT

    @property
    def d_vocab(self) -> int:
        return self.vocabulary + len(SIGNS)

    @property
    def position_names(self) -> tuple[str, ...]:
        digits = (f"d{place}" for place in range(1, self.length + 1))
        assignment = ("a", "[", "i", "]", "=", "v", ";")
        return ("a", "=", *digits, ";", *assignment * self.assignments, "a", "->", *self.answer_names[:-1])

    @property
    def slices(self) -> tuple[str, ...]:
        return (COPIED, OVERWRITTEN, TWICE) if self.assignments > 1 else (COPIED, OVERWRITTEN)
