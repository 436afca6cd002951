"""Othello as one would write it down: one game, one square and one direction at a time."""

from collections.abc import Iterator

BLACK, WHITE = 1, -1
DIRECTIONS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]
Discs = dict[tuple[int, int], int]


def starting(size: int) -> Discs:
    low, high = size // 2 - 1, size // 2
    return {(low, high): BLACK, (high, low): BLACK, (low, low): WHITE, (high, high): WHITE}


def taken(size: int, discs: Discs, square: tuple[int, int], colour: int) -> list[tuple[int, int]]:
    found = []
    for down, right in DIRECTIONS if square not in discs else []:
        line, (row, column) = [], square
        while discs.get((row := row + down, column := column + right)) == -colour:
            line.append((row, column))
        if discs.get((row, column)) == colour:
            found += line
    return found


def legal(size: int, discs: Discs, colour: int) -> list[tuple[int, int]]:
    squares = [(row, column) for row in range(size) for column in range(size)]
    return [square for square in squares if taken(size, discs, square, colour)]


def played(size: int, discs: Discs, square: tuple[int, int], colour: int) -> Discs:
    return discs | {square: colour} | dict.fromkeys(taken(size, discs, square, colour), colour)


def mover(size: int, discs: Discs, turn: int) -> int:
    """Whose move it is when it would be the turn of one; 0 at the end."""
    return next((colour for colour in (turn, -turn) if legal(size, discs, colour)), 0)


def replay(size: int, moves: list[tuple[int, int]]) -> Iterator[tuple[Discs, int]]:
    """The board after each move, and who is next."""
    discs, colour = starting(size), BLACK
    for square in moves:
        assert square in legal(size, discs, colour), f"{square} is illegal"
        discs = played(size, discs, square, colour)
        colour = mover(size, discs, -colour)
        yield discs, colour
