"""Bitboards against Othello written down slowly, and against numbers that are known."""

import pytest
import torch

from tests.workers.science.slow_othello import BLACK, legal, replay
from workers.science.othello import Board, Positions, count, random_games, replayed, unpacked
from workers.science.randomness import generator

CPU = torch.device("cpu")


def games_of(size, n_games, seed=0):
    return random_games(Board(size), n_games, generator(seed, "games"))


def squares_of(size, tokens):
    """The moves of one game as (row, column), up to its end."""
    places = Board(size).squares.tolist()
    return [divmod(places[token], size) for token in tokens if token < len(places)]


def as_set(size, bits):
    squares = unpacked(bits, torch.arange(size**2)).nonzero()[:, 0].tolist()
    return {divmod(square, size) for square in squares}


def every_next(board, positions):
    """All positions one move later, of all positions at once."""
    fan = unpacked(positions.legal, torch.arange(board.n_squares)).nonzero()  # (child, [parent, square])
    parents = Positions(*(getattr(positions, name)[fan[:, 0]] for name in ("mine", "theirs", "legal", "black_to_move")))
    return board.after(parents, torch.ones_like(fan[:, 1]) << fan[:, 1])


def counted(size, n_moves):
    """How many lines of play there are of each length, and how many of them end there."""
    board, lines, ends = Board(size), [], []
    positions = board.start((1,), CPU)
    for _ in range(n_moves):
        positions = every_next(board, positions)
        lines.append(len(positions.mine))
        ends.append(int((positions.legal == 0).sum()))
    return lines, ends


def test_the_number_of_lines_of_play_is_the_known_one():
    assert counted(8, 6)[0] == [4, 12, 56, 244, 1396, 8200]  # the published perft numbers


def test_there_are_60060_games_on_a_board_of_size_four():
    assert sum(counted(4, 12)[1]) == 60_060


@pytest.mark.parametrize(("size", "n_games"), [(4, 12), (6, 3), (8, 2)])
def test_boards_movers_and_legal_moves_are_those_of_a_slow_replay(size, n_games):
    games = games_of(size, n_games)
    positions = replayed(Board(size), games)
    for game, tokens in enumerate(games.tolist()):
        moves = squares_of(size, tokens)
        for place, (discs, colour) in enumerate(replay(size, moves)):
            assert as_set(size, positions.legal[game, place]) == set(legal(size, discs, colour) if colour else [])
            if colour:
                assert positions.black_to_move[game, place].item() == (colour == BLACK)
                assert as_set(size, positions.mine[game, place]) == {s for s, c in discs.items() if c == colour}
                assert as_set(size, positions.theirs[game, place]) == {s for s, c in discs.items() if c == -colour}


def test_a_game_goes_on_until_neither_can_move():
    size, games = 4, games_of(4, 40)
    for tokens in games.tolist():
        moves = squares_of(size, tokens)
        assert list(replay(size, moves))[-1][1] == 0
        assert set(tokens[len(moves) :]) <= {size**2 - 4}
    assert (games == size**2 - 4).any(), "some games end early"


def test_passes_occur_and_no_token_tells_them():
    positions = replayed(Board(6), games_of(6, 200))
    goes_on = positions.legal[:, 1:] != 0
    assert ((positions.black_to_move[:, 1:] == positions.black_to_move[:, :-1]) & goes_on).any()


def bits(size, *squares):
    """The squares (row, column) as one bitboard; the last of a board of size 8 is the sign."""
    total = sum(1 << size * row + column for row, column in squares)
    return torch.tensor([total - (1 << 64) if total >> 63 else total])


def test_a_move_takes_lines_in_all_eight_directions():
    """Theirs all around the move, mine behind them, one of these on the last bit."""
    around = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]
    theirs = {(5 + down, 5 + right) for down, right in around}
    mine = {(5 + 2 * down, 5 + 2 * right) for down, right in around}
    taken = Board(8).taken(bits(8, *mine), bits(8, *theirs), bits(8, (5, 5)))
    assert as_set(8, taken[0]) == theirs
    assert (5, 5) in as_set(8, Board(8).legal_moves(bits(8, *mine), bits(8, *theirs))[0])


def test_a_line_ends_at_the_edge():
    """Mine at the start of the next row, or beyond a gap, closes none; at the end of the same row it does."""
    theirs, move = bits(4, (0, 2), (0, 3)), bits(4, (0, 1))
    assert Board(4).taken(bits(4, (1, 0)), theirs, move).item() == 0
    assert Board(4).taken(bits(4, (0, 3)), bits(4, (0, 1)), bits(4, (0, 0))).item() == 0
    assert as_set(4, Board(4).taken(bits(4, (0, 0)), theirs, move)[0]) == set()
    assert as_set(4, Board(4).taken(bits(4, (0, 3)), bits(4, (0, 2)), move)[0]) == {(0, 2)}


def test_every_legal_move_is_as_likely_as_another():
    first = games_of(4, 4000)[:, 0]
    tokens, times = first.unique(return_counts=True)
    assert len(tokens) == 4
    assert (times / 4000 - 0.25).abs().max() < 0.03  # four standard deviations


def test_games_are_a_function_of_the_generator():
    assert torch.equal(games_of(4, 9), games_of(4, 9))
    assert not torch.equal(games_of(4, 9), games_of(4, 9, seed=1))


def test_bits_are_counted_with_and_without_the_sign():
    assert count(torch.tensor([0, 1, 255, 2**63 - 1, -1, -(2**63)])).tolist() == [0, 1, 8, 63, 64, 1]
