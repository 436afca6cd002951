import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED, Othello
from experiments.recipe.tasks.othello import BLACK_WHITE, EMPTY, FLIPPED, MINE_THEIRS, STANDING
from workers.science.dataset import Dataset, Examples
from workers.science.hidden_states import HiddenState
from workers.science.othello import Board, Positions, random_games, replayed, unpacked
from workers.science.registry import implements


@implements(Othello)
def othello(spec: Othello, generator: torch.Generator) -> Dataset:
    """Random legal games; the answer at each move is the next one. No test game is in a fixed training set.

    On a board of size 4, whose squares a1 to d4 are tokens 0 to 11 without b2, c2, b3, c3, the game a2, a1, b1, ...
    is read as [4, 0, 1, ...] and answered with [0, 1, ...]; after its end, with IGNORED. Source: Li et al. 2023,
    arXiv 2210.13382, section 2 ("synthetic").
    """
    board = Board(spec.size)
    answer_positions = tuple(range(spec.n_ctx))

    def draw(generator: torch.Generator, n_games: int) -> Examples:
        return as_examples(board, random_games(board, n_games, generator))

    if spec.n_games is None:
        return Dataset(answer_positions, train=draw, test=draw(generator, spec.n_test))
    train = random_games(board, spec.n_games, generator)
    test = _others(board, train, spec.n_test, generator)
    return Dataset(answer_positions, train=as_examples(board, train), test=as_examples(board, test))


def as_examples(board: Board, games: Int[Tensor, "game move"]) -> Examples:
    answers = games[:, 1:]
    return Examples(games[:, :-1].clone(), answers.where(answers < len(board.squares), IGNORED))


def _others(
    board: Board, train: Int[Tensor, "trained move"], n_games: int, generator: torch.Generator
) -> Int[Tensor, "game move"]:
    """Games that are not among those trained on. Two games of one number, which is rare, are taken for the same."""
    found, trained = train[:0], _numbers(train)
    while len(found) < n_games:
        drawn = random_games(board, n_games, generator)
        found = torch.cat([found, drawn[~torch.isin(_numbers(drawn), trained)]])
    return found[:n_games]


def _numbers(games: Int[Tensor, "game move"]) -> Int[Tensor, "game"]:
    """A number that tells games apart: their tokens as digits, as far as an int64 holds them."""
    number = torch.zeros_like(games[:, 0])
    for tokens in games.T:
        number = number * 61 + tokens
    return number


def positions_of(spec: Othello, examples: Examples) -> Positions:
    """The position after each move that is read."""
    return replayed(Board(spec.size), examples.inputs)


def legal_answers(spec: Othello, examples: Examples) -> Bool[Tensor, "*seed example answer d_vocab_out"]:
    """Which moves are legal at each answer; none where it is not asked for."""
    return unpacked(positions_of(spec, examples).legal, Board(spec.size).squares)


@implements(Othello, "hidden states")
def boards(spec: Othello, examples: Examples) -> dict[str, HiddenState]:
    """The board after each move: of whoever is to move next, of the other, or empty; and black, white or empty."""
    positions = positions_of(spec, examples)
    squares = torch.arange(spec.size**2)
    mine, theirs = unpacked(positions.mine, squares), unpacked(positions.theirs, squares)
    to_move = positions.black_to_move[..., None]
    asked = (examples.labels != IGNORED)[..., None]
    columns, rows = tuple("abcdefgh"[: spec.size]), tuple(str(row) for row in range(1, spec.size + 1))

    black, white = mine.where(to_move, theirs), theirs.where(to_move, mine)
    kinds = _kinds_of_squares(spec, black, white)

    def state(first: Tensor, second: Tensor, classes: tuple[str, str]) -> HiddenState:
        values = torch.full(first.shape, 2, device=first.device).where(~second, 1).where(~first, 0)
        return HiddenState(values.where(asked, IGNORED), (*classes, "empty"), columns, rows, kinds)

    return {
        MINE_THEIRS: state(mine, theirs, ("mine", "theirs")),
        BLACK_WHITE: state(black, white, ("black", "white")),
    }


def _kinds_of_squares(
    spec: Othello,
    black: Bool[Tensor, "*seed example answer square"],
    white: Bool[Tensor, "*seed example answer square"],
) -> dict[str, Bool[Tensor, "*seed example answer square"]]:
    """By what the last move did to them: turned, left standing; without a disc. The disc just placed is of no kind."""
    begun, squares = Board(spec.size).start((), black.device), torch.arange(spec.size**2, device=black.device)
    first = [
        unpacked(discs, squares).expand_as(black[..., :1, :]) for discs in (begun.mine, begun.theirs)
    ]  # black begins
    black_before, white_before = (
        torch.cat([start, after[..., :-1, :]], dim=-2) for start, after in zip(first, (black, white), strict=True)
    )
    flipped = (black & white_before) | (white & black_before)
    standing = (black & black_before) | (white & white_before)
    return {FLIPPED: flipped, STANDING: standing, EMPTY: ~(black | white)}
