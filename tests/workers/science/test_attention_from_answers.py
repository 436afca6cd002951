"""Heads of which it is known where they look."""

import pytest
import torch

from experiments.recipe.measures import AttentionToAnswer, AttentionToPosition
from experiments.recipe.tasks import IGNORED
from tests.workers.science.hand_built import MODEL, TASK, moment
from workers.science.dataset import Examples
from workers.science.measures import measure


def test_a_head_that_looks_one_place_back_looks_at_that_position():
    found = measure(AttentionToPosition(to="1", answer="k=1"), moment())
    assert found["L0H0 to 1 at k=1"][0].item() == pytest.approx(1.0)
    assert found["largest head to 1 at k=1"].tolist() == pytest.approx([1.0, 1.0])


def test_a_head_that_cares_for_nothing_looks_at_all_positions_alike():
    found = measure(AttentionToPosition(to="1", answer="k=1"), moment())
    assert found["L0H1 to 1 at k=1"][0].item() == pytest.approx(1 / 3)  # asked at position 2, of three


def test_over_all_answers_the_mean_is_taken():
    found = measure(AttentionToPosition(to="1"), moment())
    assert found["L0H0 to 1"][0].item() == pytest.approx(1 / 3)  # one of three answers
    assert found["L0H1 to 1"][0].item() == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)


def test_the_answer_is_looked_at_wherever_it_stands():
    """A head that cares for nothing finds the right token as often as it stands among those before."""
    snapshot = moment()
    found = measure(AttentionToAnswer(), snapshot)
    tokens, labels = snapshot.splits["test"].inputs[0].tolist(), snapshot.labels("test")[0].tolist()
    shares = [
        row[: answer + 2].count(label) / (answer + 2)
        for row, right in zip(tokens, labels, strict=True)
        for answer, label in enumerate(right)
    ]
    assert found["L0H1"][0].item() == pytest.approx(sum(shares) / len(shares))
    assert found["L0H0"][0].item() == pytest.approx(1.0)
    assert found["largest head"].tolist() == pytest.approx([1.0, 1.0])


def test_answers_that_are_not_asked_for_do_not_count():
    snapshot = moment()
    examples = snapshot.splits["test"]
    only_last = examples.labels.clone()
    only_last[:, :, :2] = IGNORED
    asked_once = moment()
    asked_once.splits["test"] = Examples(examples.inputs, only_last)
    found = measure(AttentionToPosition(to="2"), asked_once)
    assert found["L0H0 to 2"][0].item() == pytest.approx(1.0)
    of_last = measure(AttentionToAnswer(answer="k=2"), snapshot)["L0H1 at k=2"]
    assert torch.equal(measure(AttentionToAnswer(), asked_once)["L0H1"], of_last)


def test_a_position_that_the_task_lacks_does_not_fit():
    assert AttentionToPosition(to="3").fits(TASK, MODEL.spec)
    assert not AttentionToPosition(to="4").fits(TASK, MODEL.spec)
    assert not AttentionToPosition(to="3", answer="k=9").fits(TASK, MODEL.spec)
