"""Mean scores by distance against those that the network really computes."""

import pytest
import torch

from experiments.recipe.measures import RotaryContributions
from experiments.recipe.models import Transformer as TransformerSpec
from experiments.recipe.tasks import PreviousToken
from tests.workers.science.runs import PREVIOUS_TOKEN, carry_out, of_kind, recipe
from workers.science.evaluation import Snapshot, recorded
from workers.science.events import Analysed
from workers.science.measures import measure
from workers.science.rotary import contrast_with_the_token_before, scores_by_distance
from workers.science.transformer import Transformer

TASK = PreviousToken(vocabulary=5, length=6)


def snapshot(**options):
    spec = TransformerSpec(**{"d_model": 8, "n_heads": 2, "d_mlp": 0, "positions": "rotary"} | options)
    model = Transformer(spec, n_ctx=TASK.n_ctx, d_vocab=TASK.d_vocab, d_vocab_out=TASK.d_vocab_out)
    weights = model.initial_weights([0, 1])
    return Snapshot(model, weights, {}, (0,), lambda outputs, labels: outputs, (), task=TASK)


@pytest.mark.parametrize("options", [{}, {"normalization": "LN", "biases": True, "d_head": 6}], ids=["plain", "norm"])
def test_they_are_the_means_over_all_pairs_of_tokens(options):
    moment = snapshot(**options)
    query, key, distance = 4, 1, 3
    a, b = torch.cartesian_prod(torch.arange(5), torch.arange(5)).T
    tokens = torch.zeros(2, 25, TASK.n_ctx, dtype=torch.int64)
    tokens[:, :, query], tokens[:, :, key] = a, b
    name = "blocks.0.attn.hook_attn_scores"
    scores = recorded(moment.model, moment.weights, tokens, [name])[name][:, :, :, query, key].mean(1)  # (seed, head)
    found = scores_by_distance(moment).sum(2)[:, :, distance]
    torch.testing.assert_close(found, scores.double(), atol=1e-5, rtol=0)


def test_a_score_at_distance_one_alone_is_its_own_contrast():
    scores = torch.zeros(1, 1, 2, 6, dtype=torch.float64)
    scores[0, 0, 0, 1], scores[0, 0, 1, :] = 5.0, 3.0
    assert contrast_with_the_token_before(scores)[0, 0].tolist() == [5.0, 0.0]


def test_the_frequencies_of_a_head_add_up_to_it():
    values = measure(RotaryContributions(), snapshot())
    assert len(values) == 2 * (1 + 2)  # two heads with two frequencies each
    parts = values["L0H1 frequency 0"] + values["L0H1 frequency 1"]
    assert parts.tolist() == pytest.approx(values["L0H1"].tolist())


def test_the_plots_show_every_distance_and_every_frequency():
    tiny = recipe(PREVIOUS_TOKEN, analyses=[{"name": "rotary-offsets"}])
    panels = {event.panel.key: event.panel for event in of_kind(Analysed, carry_out(tiny))}
    assert [len(series.y) for series in panels["rotary-scores-by-distance"].series] == [4, 4]  # one for each seed
    assert [len(series.y) for series in panels["rotary-contributions"].series] == [4, 4]  # d_head 8 has 4 pairs
