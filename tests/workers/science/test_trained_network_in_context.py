"""A network that is trained on the pairs of each example, against one trained by a plain loop."""

import pytest
import torch

from experiments.recipe.tasks import IclNetwork
from workers.science import in_context_methods
from workers.science.in_context_methods import METHODS, N_HIDDEN, prompt, squared_errors, trained_network
from workers.science.randomness import generator
from workers.science.tasks import build_dataset

TASK = IclNetwork(dims=3, points=8, hidden=6, n_test=5)


def pairs(spec=TASK):
    test = build_dataset(spec, generator(0, "data")).test
    return prompt(test.inputs, test.labels)


class FirstWeights:
    """What the method draws, one network after the other."""

    def __init__(self, n_nets, dims, n_points):
        drawing = generator(0, "networks in context", n_points)
        shapes, widths = [(dims, N_HIDDEN), (1, N_HIDDEN), (N_HIDDEN, 1), (1, 1)], [dims, dims, N_HIDDEN, N_HIDDEN]
        drawn = [torch.rand(n_nets, *shape, generator=drawing) for shape in shapes]
        self.weights = [(2 * u - 1) / width**0.5 for u, width in zip(drawn, widths, strict=True)]

    def network(self, place):
        net = torch.nn.Sequential(
            torch.nn.Linear(self.weights[0].shape[1], N_HIDDEN), torch.nn.ReLU(), torch.nn.Linear(N_HIDDEN, 1)
        )
        w_in, b_in, w_out, b_out = (weight[place] for weight in self.weights)
        with torch.no_grad():
            for parameter, value in zip(net.parameters(), (w_in.T, b_in[0], w_out.T, b_out[0]), strict=True):
                parameter.copy_(value)
        return net


def test_every_network_is_trained_as_a_plain_loop_trains_it():
    x, y = pairs()
    found, first = trained_network(x[:, :7], y[:, :7], x[:, 7]), FirstWeights(5, 3, 7)
    for place in range(5):
        net = first.network(place)
        optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
        for _ in range(100):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(net(x[place, :7].float())[:, 0], y[place, :7].float()).backward()
            optimizer.step()
        assert found[place].item() == pytest.approx(net(x[place, 7].float()).item(), abs=1e-3)


def test_the_seeds_and_examples_of_a_stack_are_told_apart():
    x, y = (torch.stack([values, values.flip(0)]) for values in pairs())
    found = trained_network(x[:, :, :4], y[:, :, :4], x[:, :, 4])
    assert found.shape == (2, 5) and found.dtype == torch.float64
    with torch.no_grad():
        assert torch.equal(found, trained_network(x[:, :, :4], y[:, :, :4], x[:, :, 4]))


def test_with_pairs_enough_it_does_better_than_a_plane():
    spec = IclNetwork(dims=2, points=61, hidden=20, n_test=40)
    x, y = (values[None, :, -61:] for values in pairs(spec))
    late = [squared_errors(METHODS[name], x, y)[0, -10:].mean().item() for name in ("trained network", "least squares")]
    assert late[0] < 0.7 * late[1] and late[0] < 0.5 * spec.variance


def test_it_is_drawn_beside_the_other_methods():
    assert set(IclNetwork.methods) == {"kernel regression", "trained network", "least squares"}
    assert set(IclNetwork.methods) <= set(in_context_methods.METHODS)
