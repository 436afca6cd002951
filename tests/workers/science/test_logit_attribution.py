"""Components add up to the logit difference, and are those of TransformerLens."""

import pytest
import torch

from experiments.recipe.measures import LogitAttribution
from experiments.recipe.tasks import IGNORED, PreviousToken
from tests.workers.science.hand_built import LOUD, TASK, moment
from tests.workers.science.parity import bridge_of, model_with, weights_of
from workers.science import registry
from workers.science.measures import measure
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.attribution import logit_attribution

SMALL = PreviousToken(vocabulary=6, length=5, n_test=9)
OPTIONS = [
    {"normalization": normalization, "biases": biases}
    for normalization in ("none", "LN", "LNPre", "RMS", "RMSPre")
    for biases in (False, True)
] + [{"d_mlp": 0, "positions": "rotary"}, {"tied": True, "activation": "solu_ln"}]


def logit_differences(snapshot, wrong=None):
    """Of the right answer and the wrong one, or the mean of all others."""
    outputs, labels = snapshot.outputs("test"), snapshot.labels("test")
    right = outputs.gather(-1, labels[..., None])[..., 0]
    others = (outputs.sum(-1) - right) / (outputs.shape[-1] - 1)
    return right - (others if wrong is None else outputs.gather(-1, wrong[..., None])[..., 0])


def test_the_one_head_that_works_is_the_whole_difference():
    found = measure(LogitAttribution(), moment())
    assert found["L0H0"].tolist() == pytest.approx([LOUD, 0.0])
    assert found["L0H1"].tolist() == pytest.approx([0.0, LOUD])
    assert found[""].tolist() == pytest.approx([LOUD, LOUD])
    for idle in ("embedding", "positions", "L0 MLP"):
        assert found[idle].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_components_add_up_to_the_logit_difference(options):
    model = model_with(**options)
    snapshot = moment(weights_of(model), model, SMALL)
    found = measure(LogitAttribution(), snapshot)
    parts = sum(value for name, value in found.items() if name)
    expected = logit_differences(snapshot).mean(dim=(1, 2))
    torch.testing.assert_close(parts, expected, atol=1e-9, rtol=0)
    torch.testing.assert_close(found[""], expected, atol=1e-9, rtol=0)


def test_one_answer_is_attributed_alone():
    model = model_with(normalization="LN")
    snapshot = moment(weights_of(model), model, SMALL)
    found = measure(LogitAttribution(answer="k=2"), snapshot)
    torch.testing.assert_close(found["at k=2"], logit_differences(snapshot)[:, :, 2].mean(1), atol=1e-9, rtol=0)
    assert "L1H0 at k=2" in found


@pytest.fixture
def wrong_is_the_token_itself(monkeypatch):
    """A rule of the task for what is wrong: the token that stands at the answer; none where it is the right one."""

    def wrong(spec, examples):
        tokens = examples.inputs[:, :, 1:]
        return tokens.masked_fill(tokens == examples.labels, IGNORED)

    monkeypatch.setitem(registry._implementations, (PreviousToken, "wrong"), wrong)


def test_a_task_may_say_which_answer_is_wrong(wrong_is_the_token_itself):
    snapshot = moment()
    differ = snapshot.splits["test"].inputs[:, :, 1:] != snapshot.labels("test")
    wrong = snapshot.splits["test"].inputs[:, :, 1:]
    expected = (logit_differences(snapshot, wrong) * differ).sum(dim=(1, 2)) / differ.sum(dim=(1, 2))
    torch.testing.assert_close(measure(LogitAttribution(), snapshot)[""], expected)


def test_it_is_the_attribution_of_transformer_lens(wrong_is_the_token_itself):
    from transformer_lens.tools.analysis import direct_logit_attribution

    model = model_with(normalization="LNPre")
    weights, task = weights_of(model), TASK.model_copy(update={"vocabulary": 6, "length": 2, "n_test": 1})
    snapshot = moment(weights, model, task)
    ours = logit_attribution(snapshot, asked_by(LogitAttribution(), snapshot))
    bridge = bridge_of(model, weights, 1).eval()
    bridge.enable_compatibility_mode()
    (tokens,), (label,) = snapshot.splits["test"].inputs[1], snapshot.labels("test")[1, 0]
    theirs = direct_logit_attribution(
        bridge, tokens[None], answer_tokens=label[None], incorrect_tokens=tokens[1:], unit="head"
    )
    by_name = dict(zip(theirs.labels, theirs.attribution[:, 0].tolist(), strict=True))
    for head in ("L0H0", "L0H1", "L1H0", "L1H1"):
        assert ours[head][1].item() == pytest.approx(by_name[head], abs=1e-6)
