"""The rules of Othello for any number of games at once, on bitboards.

The discs of a player are the bits of an int64: square (row, column) is bit `size * row + column`, so bit 63 is the sign
on a board of size 8. A move takes every unbroken line of the other's discs between it and a disc of one's own, in eight
directions, and has to take one at least. Black begins. Who has no move passes; when neither has, the game is over.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

Bits = Int[Tensor, "*game"]

GAMES_AT_ONCE = 2**14  # their bitboards stay in the cache of a core


@dataclass(frozen=True)
class Positions:
    """Boards, as whoever is to move sees them: he who could not has passed already. `legal` is 0 after the end."""

    mine: Bits
    theirs: Bits
    legal: Bits
    black_to_move: Bool[Tensor, "*game"]


@dataclass(frozen=True)
class Board:
    size: int

    @property
    def n_squares(self) -> int:
        return self.size**2

    @cached_property
    def squares(self) -> Int[Tensor, "token"]:
        """The square that each token stands for: all but the four in the middle, in reading order."""
        low, high = self.size // 2 - 1, self.size // 2
        middle = {self.size * row + column for row in (low, high) for column in (low, high)}
        return torch.tensor([square for square in range(self.n_squares) if square not in middle])

    def start(self, shape: tuple[int, ...], device: torch.device) -> Positions:
        """Black on the rising diagonal of the middle, as seen with row 0 on top, and to move."""
        low, high = self.size // 2 - 1, self.size // 2
        black = torch.full(shape, 1 << self.size * low + high | 1 << self.size * high + low, device=device)
        white = torch.full(shape, 1 << self.size * low + low | 1 << self.size * high + high, device=device)
        return self._seen_by_mover(black, white, torch.ones_like(black, dtype=torch.bool))

    def legal_moves(self, mine: Bits, theirs: Bits) -> Bits:
        """The empty squares at the ends of lines of theirs that begin next to a disc of mine."""
        ends = self._stepped(self._lines(mine, theirs)) & ~(mine | theirs)  # (direction, *game)
        ends = ends[:4] | ends[4:]
        return ends[0] | ends[1] | ends[2] | ends[3]

    def taken(self, mine: Bits, theirs: Bits, move: Bits) -> Bits:
        """Which discs of theirs a move takes; none where it is illegal, or 0."""
        lines = self._lines(move, theirs)
        is_closed = (self._stepped(lines) & mine) != 0
        return lines.where(is_closed, 0).sum(0)  # lines of different directions share no square

    def after(self, positions: Positions, move: Bits) -> Positions:
        """The positions after a legal move in each game, or none (0) where it is over."""
        taken = self.taken(positions.mine, positions.theirs, move)
        mine, theirs = positions.theirs & ~taken, positions.mine | move | taken
        return self._seen_by_mover(mine, theirs, ~positions.black_to_move)

    def _seen_by_mover(self, mine: Bits, theirs: Bits, black_to_move: Bool[Tensor, "*game"]) -> Positions:
        legal = self.legal_moves(mine, theirs)
        passes = legal == 0
        legal[passes] = self.legal_moves(theirs[passes], mine[passes])
        return Positions(mine.where(~passes, theirs), theirs.where(~passes, mine), legal, black_to_move ^ passes)

    def _lines(self, start: Bits, theirs: Bits) -> Int[Tensor, "direction *game"]:
        """The unbroken lines of theirs that begin next to a square of `start`, in each direction."""
        lines = self._stepped(start.expand(8, *start.shape)) & theirs
        for _ in range(self.size - 3):
            lines = lines | (self._stepped(lines) & theirs)
        return lines

    def _stepped(self, bits: Int[Tensor, "direction *game"]) -> Int[Tensor, "direction *game"]:
        """Every bit one square further in its direction; those that would leave the board are gone."""
        shifts, reached = _steps(self.size, bits.device)
        shape = (4, *[1] * (bits.ndim - 1))
        moved = torch.cat([bits[:4] << shifts.reshape(shape), bits[4:] >> shifts.reshape(shape)])
        return moved & reached.reshape(8, *shape[1:])


@lru_cache
def _steps(size: int, device: torch.device) -> tuple[Int[Tensor, "4"], Int[Tensor, "8"]]:
    """How far bits move to the left in four directions, as they do to the right in the opposite four; and the squares
    that can be reached so, without running over the edge of a row."""
    directions = [(0, 1), (1, -1), (1, 0), (1, 1), (0, -1), (-1, 1), (-1, 0), (-1, -1)]
    reached = [
        sum(
            1 << size * row + column
            for row in range(size)
            for column in range(size)
            if 0 <= row - down < size and 0 <= column - right < size
        )
        for down, right in directions
    ]
    shifts = [size * down + right for down, right in directions[:4]]
    signed = [bits - (1 << 64) if bits >> 63 else bits for bits in reached]
    return torch.tensor(shifts, device=device), torch.tensor(signed, device=device)


def random_games(board: Board, n_games: int, generator: torch.Generator) -> Int[Tensor, "game move"]:
    """Games in which every legal move is as likely as another, as tokens; `len(board.squares)` after the end."""
    luck = torch.rand((n_games, len(board.squares)), generator=generator, dtype=torch.float64)
    return torch.cat([_played(board, some) for some in torch.split(luck, GAMES_AT_ONCE)])


def _played(board: Board, luck: Float[Tensor, "game move"]) -> Int[Tensor, "game move"]:
    positions = board.start((len(luck),), luck.device)
    token_of_square = torch.full((board.n_squares + 1,), len(board.squares))
    token_of_square[board.squares] = torch.arange(len(board.squares))
    tokens = []
    for drawn in luck.T:
        move = _picked(positions.legal, drawn)
        square = count(move - 1).where(move != 0, board.n_squares)
        tokens.append(token_of_square[square])
        positions = board.after(positions, move)
    return torch.stack(tokens, dim=1)


def _picked(legal: Bits, luck: Float[Tensor, "*game"]) -> Bits:
    """One of the legal moves, by a number in [0, 1); 0 where there is none."""
    before = (luck * count(legal)).long()  # how many moves to leave out, from the lowest
    for _ in range(int(before.max())):
        legal = torch.where(before > 0, legal & (legal - 1), legal)
        before = before - 1
    return legal & -legal


def replayed(board: Board, tokens: Int[Tensor, "*game move"]) -> Positions:
    """The positions after each move of legal games."""
    places = torch.cat([board.squares, torch.tensor([0])]).to(tokens.device)
    moves = torch.where(tokens < len(board.squares), torch.ones_like(tokens) << places[tokens], 0)
    positions, seen = board.start(tokens.shape[:-1], tokens.device), []
    for move in moves.unbind(-1):
        positions = board.after(positions, move)
        seen.append(positions)
    return Positions(
        mine=torch.stack([p.mine for p in seen], dim=-1),
        theirs=torch.stack([p.theirs for p in seen], dim=-1),
        legal=torch.stack([p.legal for p in seen], dim=-1),
        black_to_move=torch.stack([p.black_to_move for p in seen], dim=-1),
    )


def unpacked(bits: Bits, squares: Int[Tensor, "square"]) -> Bool[Tensor, "*game square"]:
    """Whether each of the squares is among the bits."""
    return (bits[..., None] >> squares.to(bits.device)) & 1 == 1


def count(bits: Bits) -> Bits:
    """How many bits are set: in pairs, in fours, in bytes, and in all. The masks take off what the sign shifts in."""
    bits = bits - ((bits >> 1) & 0x5555555555555555)
    bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333)
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F
    for width in (8, 16, 32):
        bits = bits + (bits >> width)
    return bits & 0x7F
