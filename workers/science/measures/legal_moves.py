import torch
from jaxtyping import Bool, Float
from torch import Tensor

from experiments.recipe.measures import ExcessOverLegal, LegalMoves
from experiments.recipe.tasks import IGNORED, Othello
from workers.science.evaluation import Snapshot
from workers.science.registry import implements
from workers.science.tasks.othello import legal_answers
from workers.science.training.loss import cross_entropy_where_asked

OfAnswers = Float[Tensor, "seed example answer"]


@implements(LegalMoves)
def legal_moves(spec: LegalMoves, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean over the answers that are asked for of [argmax is legal], 1 - sum over legal moves of the softmax, and
    number of legal moves / number of squares; each in [0, 1]."""
    outputs, legal, asked = snapshot.outputs(spec.split), _legal(snapshot, spec.split), _asked(snapshot, spec.split)
    is_legal = legal.gather(-1, outputs.argmax(-1, keepdim=True))[..., 0]
    illegal = outputs.softmax(-1, dtype=torch.float64).where(~legal, 0.0).sum(-1)
    return {
        "": _mean(is_legal.double(), asked),
        "illegal probability": _mean(illegal, asked),
        "random move": _mean(legal.double().mean(-1), asked),
    }


@implements(ExcessOverLegal)
def excess_over_legal(spec: ExcessOverLegal, snapshot: Snapshot) -> dict[str, Float[Tensor, "seed"]]:
    """Mean of -ln p(next move) - ln(number of legal moves), in nats per token."""
    legal, asked = _legal(snapshot, spec.split), _asked(snapshot, spec.split)
    floor = _mean(legal.sum(-1).clamp(min=1).double().log(), asked)
    loss = cross_entropy_where_asked(snapshot.outputs(spec.split), snapshot.labels(spec.split), torch.float64)
    return {"": loss - floor, "floor": floor}


def _legal(snapshot: Snapshot, split: str) -> Bool[Tensor, "seed example answer d_vocab_out"]:
    assert isinstance(snapshot.task, Othello), "the recipe's check lets only games in"
    return legal_answers(snapshot.task, snapshot.splits[split])


def _asked(snapshot: Snapshot, split: str) -> Bool[Tensor, "seed example answer"]:
    return snapshot.labels(split) != IGNORED


def _mean(values: OfAnswers, asked: Bool[Tensor, "seed example answer"]) -> Float[Tensor, "seed"]:
    """Over the answers that are asked for."""
    return (values * asked).sum(dim=(1, 2)) / asked.sum(dim=(1, 2))
