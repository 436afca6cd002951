"""A clock, a pizza, and logits that depend on one thing alone."""

import math

import pytest
import torch

from experiments.recipe.measures import DistanceIrrelevance, GradientSymmetricity
from experiments.recipe.models import Mlp, Transformer
from experiments.recipe.tasks import ModularAddition, ModularSubtraction
from tests.workers.science.waves import ADDITION, circles, cosines, moment
from workers.science.measures import measure
from workers.science.measures.clock_pizza import cosines_of_gradients

P, K = 31, 3
TASK = ModularAddition(modulus=P, train_fraction=0.5)
CLOCK = Mlp(inputs="embedded-concat", d_embed=2, d_mlp=8, activation="square")
PIZZA = Mlp(inputs="embedded-sum", d_embed=2, d_mlp=64, activation="relu")
W = 2 * math.pi * K / P


def clock():
    """Squares of sums and differences of the waves of a and b: ((x + y)^2 - (x - y)^2) / 4 = x y."""
    products = [(0, 2), (1, 3), (0, 3), (1, 2)]  # cos cos, sin sin, cos sin, sin cos, among cos a, sin a, cos b, sin b
    w_in = torch.zeros(4, 8)
    for place, (x, y) in enumerate(products):
        w_in[x, 2 * place : 2 * place + 2] = 1
        w_in[y, 2 * place], w_in[y, 2 * place + 1] = 1, -1
    c = W * torch.arange(P).double()
    of_product = torch.stack([c.cos(), -c.cos(), c.sin(), c.sin()]) / 4  # cos(a + b - c) in these products
    w_u = torch.stack([of_product, -of_product], dim=1).flatten(0, 1)
    return moment(TASK, CLOCK, weights=weights(w_in, w_u))


def pizza():
    """|s . u| for vectors u all around, s the sum of the two points on the circle: it has length |cos(w(a - b)/2)|."""
    phi = math.pi * torch.arange(32).double() / 32
    u = torch.stack([phi.cos(), phi.sin()])
    c = W * torch.arange(P).double()
    w_u = torch.cos(2 * phi[:, None] - c)
    return moment(TASK, PIZZA, weights=weights(torch.cat([u, -u], dim=1), torch.cat([w_u, w_u])))


def weights(w_in, w_u):
    table = torch.cat([circles(P, {K: 1.0})])
    return {"embed.W_E": table[None], "layers.0.W_in": w_in[None], "unembed.W_U": w_u[None]}


@pytest.mark.parametrize("built", [clock, pizza])
def test_both_add(built):
    snapshot = built()
    for split in ("train", "test"):
        right = snapshot.outputs(split).argmax(-1) == snapshot.labels(split)
        assert right.double().mean() == 1.0


def test_the_gradients_of_a_clock_turn_with_the_distance():
    a, b, c = torch.tensor([[3, 5, 20], [0, 9, 7], [11, 11, 2], [30, 1, 16]]).T
    inputs = torch.stack([a, b, torch.full_like(a, P)], dim=1)[None]
    found = cosines_of_gradients(clock(), inputs, c)[0]
    assert found.tolist() == pytest.approx(torch.cos(W * (a - b)).tolist(), abs=1e-5)


def test_symmetricity_is_zero_for_a_clock_and_one_for_a_pizza():
    assert measure(GradientSymmetricity(triples=4000), clock())[""].item() == pytest.approx(0.0, abs=0.04)
    assert measure(GradientSymmetricity(), pizza())[""].item() == pytest.approx(1.0)


def test_a_transformer_is_asked_about_its_embeddings_where_the_operands_stand():
    snapshot = moment(ADDITION, Transformer(d_model=8, n_heads=2, d_mlp=6), seeds=(0, 1))
    values = measure(GradientSymmetricity(), snapshot)[""]
    assert values.shape == (2,) and values.abs().max() < 1
    assert torch.equal(values, measure(GradientSymmetricity(), snapshot)[""])


def logits_of_right(right):
    """Logits, (pair, answer), whose right ones are given as a table of a and b."""
    residues = torch.arange(11)
    sums = (residues[:, None] + residues).flatten() % 11
    return torch.zeros(121, 11).double().scatter(1, sums[:, None], right.double().flatten()[:, None])


def irrelevance(right):
    return measure(DistanceIrrelevance(), moment(logits=logits_of_right(right)))[""].item()


def test_the_distance_is_all_that_matters_or_nothing():
    a, b = torch.arange(11)[:, None], torch.arange(11)
    assert irrelevance(torch.cos(2 * math.pi * (a - b) / 11)) == pytest.approx(0.0, abs=1e-6)
    assert irrelevance(torch.cos(2 * math.pi * (a + b) / 11)) == pytest.approx(1.0)
    noise = torch.randn(11, 11, generator=torch.Generator().manual_seed(0))
    assert 0.85 < irrelevance(noise) <= 1.0


def test_a_pizza_cares_for_the_distance_and_the_logits_of_a_clock_are_all_alike():
    assert measure(DistanceIrrelevance(), pizza())[""].item() < 0.05
    exact = measure(DistanceIrrelevance(), moment(logits=torch.ones(121, 11).double()))[""]
    assert exact.isnan().all()
    noise = 0.1 * torch.randn(121, 11, generator=torch.Generator().manual_seed(0))
    assert measure(DistanceIrrelevance(), moment(logits=cosines([2, 3]) + noise))[""].item() > 0.85


def test_they_ask_for_sums_and_for_a_table_that_both_operands_share():
    assert GradientSymmetricity().fits(TASK, PIZZA) and not GradientSymmetricity().fits(TASK, Mlp())
    assert DistanceIrrelevance().fits(TASK, Mlp())
    assert not DistanceIrrelevance().fits(ModularSubtraction(modulus=7), Mlp())
