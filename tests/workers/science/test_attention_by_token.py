import pytest
import torch

from tests.workers.science.runs import PREVIOUS_TOKEN, carry_out, of_kind, recipe
from workers.science.analyses.attention_by_token import by_token
from workers.science.events import Analysed

# two examples of three tokens, read at the last two places; the first answer of the second is not asked for
TOKENS = torch.tensor([[[3, 1, 3], [2, 2, 0]]])
ASKED = torch.tensor([[[True, True], [False, True]]])
SEEN = torch.tensor([[True, True, False], [True, True, True]])
PATTERN = torch.tensor(
    [[[[[0.7, 0.3, 0.0], [0.1, 0.6, 0.3]]], [[[0.9, 0.1, 0.0], [0.2, 0.4, 0.4]]]]],
    dtype=torch.float64,
)  # (seed, example, head, answer, key)
NEVER = float("nan")


def test_attention_from_token_to_token_is_the_mean_where_both_are_there():
    means = by_token(PATTERN, TOKENS, TOKENS[:, :, 1:], ASKED, SEEN, n_tokens=4)[0, 0]
    assert means[0].tolist() == pytest.approx([0.4, NEVER, 0.6, NEVER], nan_ok=True)
    assert means[1].tolist() == pytest.approx([NEVER, 0.3, NEVER, 0.7], nan_ok=True)
    assert means[2].isnan().all()  # stands at an answer that is not asked for
    assert means[3].tolist() == pytest.approx([NEVER, 0.6, NEVER, 0.4], nan_ok=True)


def test_there_is_a_grid_for_every_head_and_seed():
    run = recipe(PREVIOUS_TOKEN, analyses=[{"name": "attention-by-token"}])
    (event,) = of_kind(Analysed, carry_out(run))
    assert [(grid.name, grid.seed) for grid in event.panel.grids] == [("L0H0", 0), ("L0H0", 1)]
    assert len(event.panel.grids[0].z) == len(event.panel.grids[0].z[0]) == 5


def test_a_network_without_layers_attends_to_nothing():
    model = PREVIOUS_TOKEN["model"] | {"n_layers": 0}
    assert not of_kind(
        Analysed, carry_out(recipe(PREVIOUS_TOKEN, model=model, analyses=[{"name": "attention-by-token"}]))
    )
