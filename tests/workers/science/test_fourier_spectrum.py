import math

import pytest
import torch

from tests.workers.science.runs import carry_out, of_kind, recipe
from workers.science.analyses import fourier_spectrum as module
from workers.science.events import Analysed
from workers.science.fourier import frequency_norms


def waves(modulus, amplitudes):
    """An embedding with one cosine and one sine direction per frequency."""
    a = torch.arange(modulus).double()
    columns = []
    for frequency, amplitude in amplitudes.items():
        angle = 2 * math.pi * frequency * a / modulus
        columns += [amplitude * angle.cos(), amplitude * angle.sin()]
    return torch.stack(columns, dim=1)


def test_an_embedding_made_of_two_frequencies_has_those_two():
    norms = frequency_norms(waves(11, {2: 3.0, 5: 1.0}))
    # cosine and sine each have norm amplitude * sqrt(p / 2)
    expected = torch.zeros(6).double()
    expected[2], expected[5] = 3 * math.sqrt(11), math.sqrt(11)
    torch.testing.assert_close(norms, expected, atol=1e-9, rtol=0)


def test_a_constant_embedding_has_frequency_zero_alone():
    norms = frequency_norms(torch.full((7, 1), 2.0))
    assert norms.tolist() == pytest.approx([2 * math.sqrt(7), 0, 0, 0], abs=1e-9)


@pytest.mark.parametrize("modulus", [7, 8])
def test_the_squares_add_up_to_the_squared_norm_of_the_embedding(modulus):
    embedding = torch.randn(3, modulus, 5, generator=torch.Generator().manual_seed(0))
    norms = frequency_norms(embedding)
    assert norms.shape == (3, modulus // 2 + 1)
    torch.testing.assert_close(norms.square().sum(-1), embedding.double().square().sum((-2, -1)))


def test_the_panel_has_a_frame_for_every_checkpoint_and_leaves_out_the_equals_sign():
    (event,) = of_kind(Analysed, carry_out(recipe(analyses=[{"name": "fourier-spectrum"}])))
    assert [frame.step for frame in event.panel.frames] == [0, 5, 10, 20]
    assert [series.seed for series in event.panel.frames[-1].series] == [0, 1]
    assert event.panel.frames[-1].series[0].x == [0, 1, 2, 3]


def test_too_many_frames_are_thinned_out_but_for_the_last(monkeypatch):
    monkeypatch.setattr(module, "MAX_VALUES", 32)
    (event,) = of_kind(Analysed, carry_out(recipe(analyses=[{"name": "fourier-spectrum"}])))
    assert [frame.step for frame in event.panel.frames] == [5, 20]
    assert event.panel.n_values <= 32
