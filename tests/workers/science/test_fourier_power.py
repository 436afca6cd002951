"""Power by frequency, key frequencies and neuron clusters where they are known."""

import pytest
import torch

from experiments.recipe.measures import FourierGini, FourierPower, KeyFrequencyCount, NeuronFve
from experiments.recipe.models import Mlp as MlpSpec
from tests.workers.science.waves import ONE_HOT, TRANSFORMER, circles, cosines, moment
from workers.science.fourier import component_names, fourier_basis, gini, power_of_pairs
from workers.science.measures import measure

CIRCLE = circles(11, {3: 2.0})


def reading(rows):
    """Weights of the one-hot MLP that read a and b with the same rows."""
    wide = torch.zeros(11, 6, dtype=torch.float64)
    wide[:, : rows.shape[1]] = rows
    return {"layers.0.W_in": torch.cat([wide, wide])[None]}


def embedding(rows):
    table = torch.zeros(1, 12, 8, dtype=torch.float64)
    table[0, :11, : rows.shape[1]] = rows
    table[0, 11] = 5.0  # the equals sign, which is no residue
    return {"embed.W_E": table}


@pytest.mark.parametrize(
    ("model", "weights"), [(ONE_HOT, reading(CIRCLE)), (TRANSFORMER, embedding(CIRCLE))], ids=["mlp", "transformer"]
)
def test_a_circle_has_power_at_its_frequency_alone(model, weights):
    circle = moment(model=model, weights=weights)
    power = measure(FourierPower(), circle)
    assert power["embedding"].item() == pytest.approx(1.0)
    assert power["embedding frequency 3"].item() == pytest.approx(1.0)
    assert power["embedding frequency 2"].item() == pytest.approx(0.0, abs=1e-12)
    assert measure(FourierGini(), circle)["embedding"].item() == pytest.approx(1 - 2 / 11)
    assert measure(KeyFrequencyCount(), moment(model=model, weights=weights))["by power"].item() == 1.0


def test_two_circles_share_the_power_by_the_squares_of_their_radii():
    power = measure(FourierPower(), moment(weights=reading(circles(11, {1: 1.0, 4: 2.0}))))
    assert power["embedding frequency 1"].item() == pytest.approx(0.2)
    assert power["embedding"].item() == pytest.approx(0.8)


def test_the_threshold_of_key_frequencies_is_a_share_of_the_power():
    two = moment(weights=reading(circles(11, {1: 1.0, 4: 2.0})))
    counts = [measure(KeyFrequencyCount(threshold=t), two)["by power"].item() for t in (0.19, 0.21, 0.81)]
    assert counts == [2.0, 1.0, 0.0]


def test_gini_of_equal_values_is_zero_and_of_a_single_one_the_largest():
    assert gini(torch.ones(5)).item() == pytest.approx(0.0)
    assert gini(torch.tensor([0.0, 0.0, 7.0, 0.0])).item() == pytest.approx(1 - 1 / 4)
    assert gini(torch.tensor([1.0, 3.0])).item() == pytest.approx(0.25)  # (-1 * 1 + 1 * 3) / (2 * 4)


@pytest.mark.parametrize("modulus", [6, 7])
def test_the_basis_is_orthonormal_and_named(modulus):
    basis = fourier_basis(modulus)
    torch.testing.assert_close(basis @ basis.T, torch.eye(modulus, dtype=torch.float64))
    names = component_names(modulus)
    assert len(names) == modulus and names[:3] == ["1", "cos 1", "sin 1"]
    assert names[-1] == {6: "cos 3", 7: "sin 3"}[modulus]


@pytest.mark.parametrize("modulus", [6, 7])
def test_power_of_pairs_is_that_of_the_products_of_waves(modulus):
    """Against its definition: squares of the coefficients in the products of the 1-D basis."""
    values = torch.randn(2, modulus, modulus, 70, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    power, total = power_of_pairs(values)
    basis, names = fourier_basis(modulus), component_names(modulus)
    squares = torch.einsum("ra,cb,sabn->srcn", basis, basis, values).square()
    torch.testing.assert_close(total, squares.sum(dim=(1, 2)) - squares[:, 0, 0])
    for k in range(1, modulus // 2 + 1):
        own = [0, *(place for place, name in enumerate(names) if name.split()[-1] == str(k) and place)]
        expected = squares[:, own][:, :, own].sum(dim=(1, 2)) - squares[:, 0, 0]
        torch.testing.assert_close(power[:, k - 1], expected)


def test_neurons_of_one_frequency_each_are_counted_by_frequency():
    """Three that add up two waves of one frequency, and three that are never above 0."""
    waves = circles(11, {1: 1.0, 3: 1.0})[:, [0, 2, 2]]
    model = MlpSpec(d_mlp=6, activation="relu")
    shifted = reading(waves + 2.0)  # above 0, so that the ReLU leaves it alone
    shifted["layers.0.W_in"][:, :, 3:] = -1.0
    snapshot = moment(model=model, weights=shifted)
    values = measure(NeuronFve(), snapshot)
    assert values[""].item() == pytest.approx(3 / 6)
    assert values["frequency 1"].item() == pytest.approx(1 / 6)
    assert values["frequency 3"].item() == pytest.approx(2 / 6)
    assert values["mean"].item() == pytest.approx(0.5)
    assert measure(KeyFrequencyCount(), snapshot)["by neurons"].item() == 2.0
    assert measure(FourierPower(of="neurons"), snapshot)["neurons"].item() == pytest.approx(2 / 3)


def test_logits_of_two_waves_share_their_power():
    power = measure(FourierPower(of="logits"), moment(logits=cosines([2, 5])))
    assert power["logits frequency 2"].item() == pytest.approx(0.5)
    assert power["logits frequency 1"].item() == pytest.approx(0.0, abs=1e-12)


def test_neurons_of_a_transformer_are_read_at_the_answer():
    snapshot = moment(model=TRANSFORMER, seeds=(0, 1))
    values = measure(NeuronFve(), snapshot)
    assert all(torch.isfinite(of_seeds).all() for of_seeds in values.values())
    assert values["mean"].min() > 0
