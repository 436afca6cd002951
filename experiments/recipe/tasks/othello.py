"""Games of Othello: which moves are legal is to be learnt, and the board that this depends on is never shown."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

MINE_THEIRS, BLACK_WHITE = "mine-theirs", "black-white"
FLIPPED, STANDING, EMPTY = (
    "flipped",
    "standing",
    "empty",
)  # squares whose disc the last move turned, or did not, or none
MAX_GAMES_ON_4X4 = 20_000  # there are 60,060 in all, and test games must not be among those trained on


class Othello(TokenTask):
    """Games of random legal moves, as a token for each square that is played. The answer at every move is the next one.

    Squares are numbered in reading order without the four in the middle, which hold discs from the start; one more
    token fills up games that end early, and is never asked for. Who cannot move passes, which no token tells. Source:
    Li et al. 2023, arXiv 2210.13382, section 2.
    """

    has_ignored: ClassVar[bool] = True

    name: Literal["othello"] = "othello"
    size: Annotated[Literal[4, 6, 8], Field(description="squares along a side of the board")] = 8
    n_games: Annotated[
        int | None,
        Field(ge=1, le=2**20, description="games in the fixed training set; fresh ones at every step without"),
    ] = None
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="games in the fixed test set")] = 512

    @model_validator(mode="after")
    def other_games_are_left(self) -> Self:
        if self.size == 4 and self.n_games is not None and self.n_games + self.n_test > MAX_GAMES_ON_4X4:
            raise ValueError(
                f"n_games: {self.n_games} and n_test {self.n_test} are too many of the 60,060 games on a board of "
                f"size 4; allowed: {MAX_GAMES_ON_4X4} together"
            )
        return self

    @property
    def n_moves(self) -> int:
        """The most a game can have: a square each, but for the four that hold discs from the start."""
        return self.size**2 - 4

    @property
    def n_ctx(self) -> int:
        return self.n_moves - 1

    @property
    def d_vocab(self) -> int:
        return self.n_moves + 1

    @property
    def d_vocab_out(self) -> int:
        return self.n_moves

    @property
    def n_answers(self) -> int:
        return self.n_ctx

    @property
    def n_train(self) -> int | None:
        return self.n_games

    @property
    def position_names(self) -> tuple[str, ...]:
        return tuple(f"move {move}" for move in range(1, self.n_ctx + 1))

    @property
    def answer_names(self) -> tuple[str, ...]:
        return tuple(f"move {move}" for move in range(2, self.n_moves + 1))

    @property
    def token_names(self) -> tuple[str, ...]:
        """Squares as players name them, a1 at the first corner."""
        middle = (self.size // 2 - 1, self.size // 2)
        squares = [(row, column) for row in range(self.size) for column in range(self.size)]
        played = [(row, column) for row, column in squares if not (row in middle and column in middle)]
        return (*(f"{'abcdefgh'[column]}{row + 1}" for row, column in played), "over")

    @property
    def hidden_states(self) -> tuple[str, ...]:
        return (MINE_THEIRS, BLACK_WHITE)

    @property
    def hidden_kinds(self) -> tuple[str, ...]:
        return (FLIPPED, STANDING, EMPTY)
