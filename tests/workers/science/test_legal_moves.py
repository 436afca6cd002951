"""Networks whose answers are known: they know the rules, break them all, or know nothing."""

import math

import pytest
import torch

from experiments.recipe.measures import ExcessOverLegal, LegalMoves
from experiments.recipe.tasks import Othello
from tests.workers.science.runs import recipe
from workers.science.dataset import Examples
from workers.science.evaluation import Snapshot
from workers.science.measures import measure
from workers.science.randomness import generator
from workers.science.setup import set_up
from workers.science.tasks import build_dataset
from workers.science.tasks.othello import legal_answers

TASK = Othello(size=4, n_test=20)
TINY = recipe(
    task={"name": "othello", "size": 4, "n_test": 20},
    training={"steps": 1, "batch": 4},
    measures=[{"name": "legal-moves"}],
)
TEST = build_dataset(TASK, generator(0, "data")).test
LEGAL = legal_answers(TASK, TEST)[None]


def saying(logits):
    """The network that answers with these logits on the test games of one seed."""
    setup = set_up(TINY, [0], torch.device("cpu"))
    known = Examples(TEST.inputs[None], TEST.labels[None])
    weights = setup.model.initial_weights([0])
    given = (setup.model, weights, {"test": known}, setup.answer_positions, setup.loss, ())
    return Snapshot(*given, task=TASK, _outputs={"test": logits})


def values(spec, logits):
    return {name: value.item() for name, value in measure(spec, saying(logits)).items()}


def test_a_network_that_gives_all_legal_moves_alike_is_at_the_floor_and_one_that_knows_nothing_is_not():
    perfect = values(ExcessOverLegal(), LEGAL.double().log().clamp(min=-1e4))
    asked = LEGAL.any(-1)
    assert perfect[""] == pytest.approx(0.0, abs=1e-9)
    assert perfect["floor"] == pytest.approx(LEGAL.sum(-1)[asked].double().log().mean().item())
    uniform = values(ExcessOverLegal(), torch.zeros(LEGAL.shape))
    assert uniform[""] == pytest.approx(math.log(12) - uniform["floor"])


def test_legal_answers_are_counted_and_what_goes_to_illegal_moves_is_added_up():
    perfect = values(LegalMoves(), LEGAL.double().log().clamp(min=-1e4))
    assert perfect[""] == 1.0 and perfect["illegal probability"] == pytest.approx(0.0, abs=1e-12)
    wrong = values(LegalMoves(), (~LEGAL).double().log().clamp(min=-1e4))
    assert wrong[""] == 0.0 and wrong["illegal probability"] == pytest.approx(1.0)
    uniform = values(LegalMoves(), torch.zeros(LEGAL.shape))
    assert uniform["illegal probability"] == pytest.approx(1 - uniform["random move"])
    assert uniform["random move"] == pytest.approx(LEGAL.sum().item() / 12 / LEGAL.any(-1).sum().item())


def test_another_task_has_no_legal_moves():
    with pytest.raises(ValueError, match="othello"):
        recipe(measures=[{"name": "legal-moves"}])
