"""A network in which one head does all the work, and another does nothing."""

import math

import pytest
import torch

from experiments.recipe.measures import AblationEffect, AblationEffectOnAccuracy
from experiments.recipe.tasks import PreviousToken
from tests.workers.science.hand_built import LOUD, MODEL, TASK, VOCABULARY, moment
from tests.workers.science.parity import weights_of
from workers.science import evaluation
from workers.science.measures import measure
from workers.science.mechanisms.ablation import ablation_effects
from workers.science.mechanisms.asked import asked_by, loss_at

BY = ["zero", "mean", "resample"]


def test_the_network_knows_the_answers():
    assert moment().outputs("test").argmax(-1).equal(moment().labels("test"))


def test_without_the_one_head_nothing_is_known():
    """With zeros in its place every logit is 0: the loss is ln 5, and the answer always 0."""
    losses = measure(AblationEffect(by="zero"), moment())
    assert losses["zero L0H0"].tolist() == pytest.approx([math.log(VOCABULARY), 0.0], abs=1e-9)
    assert losses["zero L0H1"].tolist() == pytest.approx([0.0, math.log(VOCABULARY)], abs=1e-9)
    assert losses["zero largest head"].tolist() == losses["zero L0 attention"].tolist()
    accuracies = measure(AblationEffectOnAccuracy(by="zero"), moment())
    share_of_zeros = (moment().labels("test") == 0).double().mean(dim=(1, 2))
    assert accuracies["zero largest head"].tolist() == pytest.approx((share_of_zeros - 1).tolist())


def test_what_writes_nothing_is_not_missed():
    for by in BY:
        assert measure(AblationEffect(by=by), moment())[f"{by} L0 MLP"].tolist() == [0.0, 0.0]


def test_the_mean_says_how_often_each_token_stands_at_a_place():
    snapshot = moment()
    found = measure(AblationEffect(by="mean"), snapshot)["mean largest head"]
    labels = snapshot.labels("test")  # (seed, example, answer)
    shares = torch.nn.functional.one_hot(labels, VOCABULARY).double().mean(1)  # (seed, answer, token)
    log_p = (LOUD * shares).log_softmax(-1)[:, None].expand(-1, labels.shape[1], -1, -1)
    expected = -log_p.gather(-1, labels[..., None]).mean(dim=(1, 2, 3))
    torch.testing.assert_close(found, expected)


def test_another_example_is_right_as_often_as_its_token_is_the_same_by_chance():
    found = measure(AblationEffectOnAccuracy(by="resample", examples=60), moment())["resample largest head"]
    assert found.tolist() == pytest.approx([1 / VOCABULARY - 1] * 2, abs=0.1)


def test_the_pieces_in_which_examples_are_taken_change_nothing(monkeypatch):
    snapshot, asked_for = moment(weights_of(MODEL)), AblationEffect(by="resample", examples=20)
    whole = measure(asked_for, snapshot)
    monkeypatch.setattr(evaluation, "MAX_ACTIVATIONS", 2 * 8 * MODEL.numbers_per_example(4))  # 8 examples at a time
    pieces = measure(asked_for, snapshot)
    assert all(torch.allclose(pieces[name], whole[name], atol=1e-12) for name in whole)


def test_one_answer_or_one_kind_of_answers_can_be_looked_at():
    first = torch.zeros(2, TASK.n_test, 3, dtype=torch.bool)
    first[:, :, 0] = True
    snapshot = moment(weights_of(MODEL), slices=lambda split: {"the first": first})
    by_kind = measure(AblationEffect.model_construct(kind="the first"), snapshot)
    by_answer = measure(AblationEffect(answer="k=0"), snapshot)
    assert by_kind["mean L0H1 on the first"].tolist() == pytest.approx(by_answer["mean L0H1 at k=0"].tolist())


def test_few_examples_are_spread_over_all():
    asked = asked_by(AblationEffect(examples=3), moment())
    assert torch.equal(asked.inputs, moment().splits["test"].inputs[:, [0, 30, 59]])
    assert torch.equal(asked.labels, moment().labels("test")[:, [0, 30, 59]])


def test_a_part_of_a_task_is_looked_at_alone():
    asked = asked_by(AblationEffect(part="a", examples=9), moment(rows={("test", "a"): slice(10, 13)}))
    assert torch.equal(asked.inputs, moment().splits["test"].inputs[:, 10:13])


@pytest.mark.parametrize("field", ["answer", "kind"])
def test_an_answer_or_kind_that_the_task_lacks_does_not_fit(field):
    assert AblationEffect().fits(PreviousToken(), MODEL.spec)
    assert not AblationEffect(**{field: "carry 7"}).fits(PreviousToken(), MODEL.spec)


def test_an_effect_is_a_difference_of_the_metric_it_is_given():
    snapshot = moment()
    asked = asked_by(AblationEffect(), snapshot)
    by_loss = ablation_effects(snapshot, asked, "zero", lambda outputs: loss_at(snapshot, outputs, asked.labels))
    doubled = ablation_effects(snapshot, asked, "zero", lambda outputs: 2 * loss_at(snapshot, outputs, asked.labels))
    assert doubled["L0H0"].tolist() == pytest.approx((2 * by_loss["L0H0"]).tolist())
