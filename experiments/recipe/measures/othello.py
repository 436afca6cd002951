"""How well a network keeps to the rules of a game."""

from typing import ClassVar, Literal

from experiments.recipe.combined import TaskSpec
from experiments.recipe.looks import Measure, Split
from experiments.recipe.models import Model
from experiments.recipe.tasks import Othello


class OfLegalMoves(Measure):
    needs: ClassVar[str] = "task 'othello'"

    split: Split = "test"

    def fits(self, task: TaskSpec, model: Model) -> bool:
        return isinstance(task, Othello)


class LegalMoves(OfLegalMoves):
    """Fraction of answers, in [0, 1], at which the likeliest move is legal. "random move": what a move drawn among all
    squares reaches. "illegal probability": the mean of what the network gives to all illegal moves together.

    Source: Li et al. 2023, arXiv 2210.13382, section 2.2, whose error rate is 1 minus the fraction.
    """

    unit: ClassVar[str] = "fraction"
    name: Literal["legal-moves"] = "legal-moves"


class ExcessOverLegal(OfLegalMoves):
    """The loss minus "floor", the mean of ln(number of legal moves): what the best answers lose, which give every legal
    move of a random game the same probability. 0 is perfect, but for which moves happened to be drawn."""

    unit: ClassVar[str] = "nats per token"
    name: Literal["excess-over-legal"] = "excess-over-legal"
