"""A network whose answers hang on one neuron."""

import pytest
import torch

from experiments.recipe.analyses import NeuronAblation
from tests.workers.science.hand_built import OUT, TOKEN, moment, previous_token_weights
from workers.science.mechanisms.ablation import replacements
from workers.science.mechanisms.asked import asked_by
from workers.science.mechanisms.neurons import how_much_is_written, loss_without, neuron_hooks
from workers.science.naming import distinct, slug


@pytest.fixture
def one_neuron():
    """The second neuron is on where token 0 stands and then takes the answer away; the first is always on, the third
    never."""
    weights = previous_token_weights()
    weights["blocks.0.mlp.W_in"][:, TOKEN, 0] = 1.0
    weights["blocks.0.mlp.W_in"][:, 0, 1] = 1.0
    weights["blocks.0.mlp.W_out"][:, 0] = 100.0
    weights["blocks.0.mlp.W_out"][:, 1, OUT] = torch.tensor([3.0, 0, 0, 0, 0], dtype=torch.float64)
    return moment(weights)


def replaced(snapshot, asked, by="mean"):
    return replacements(snapshot, asked, by, set(neuron_hooks(snapshot)))


def test_a_neuron_writes_as_much_as_it_differs_between_examples(one_neuron):
    writing = how_much_is_written(one_neuron, asked_by(NeuronAblation(), one_neuron))
    is_zero = (one_neuron.splits["test"].inputs == 0).double()  # (seed, example, pos)
    expected = 3 * is_zero.var(1, correction=0).mean(1).sqrt()
    torch.testing.assert_close(writing, torch.stack([0 * expected, expected, 0 * expected], dim=1))


def test_without_that_neuron_alone_the_loss_is_another(one_neuron):
    asked = asked_by(NeuronAblation(), one_neuron)
    writing, means = how_much_is_written(one_neuron, asked), replaced(one_neuron, asked)
    largest_first = writing.argsort(dim=1, descending=True, stable=True)
    assert largest_first[:, 0].tolist() == [1, 1]
    losses = [loss_without(one_neuron, asked, means, largest_first, n) for n in range(4)]
    torch.testing.assert_close(losses[0], one_neuron.loss(one_neuron.outputs("test"), one_neuron.labels("test")))
    assert (losses[0] - losses[1]).min() > 1.0  # it does harm, and most at token 0
    assert torch.equal(losses[1], losses[2]) and torch.equal(losses[1], losses[3])


def test_seeds_may_lose_different_neurons(one_neuron):
    asked = asked_by(NeuronAblation(), one_neuron)
    means = replaced(one_neuron, asked)
    none, first = (loss_without(one_neuron, asked, means, torch.tensor([[0, 1, 2]] * 2), n) for n in (0, 1))
    mixed = loss_without(one_neuron, asked, means, torch.tensor([[1, 0, 2], [0, 1, 2]]), 1)
    assert mixed[0] < none[0] and mixed[1] == first[1] == none[1]


SECOND_FIRST = torch.tensor([[1, 0, 2]] * 2)


def test_a_neuron_that_only_does_harm_does_none_at_zero(one_neuron):
    asked, plain = asked_by(NeuronAblation(), one_neuron), moment()
    without = loss_without(one_neuron, asked, replaced(one_neuron, asked, "zero"), SECOND_FIRST, 1)
    torch.testing.assert_close(without, plain.loss(plain.outputs("test"), plain.labels("test")))


def test_a_neuron_of_other_examples_does_its_harm_elsewhere(one_neuron):
    asked = asked_by(NeuronAblation(), one_neuron)
    values = replaced(one_neuron, asked, "resample")
    (of_others,) = values.values()
    is_zero = (one_neuron.splits["test"].inputs == 0).double()
    assert of_others[..., 1].sum() == is_zero.sum() and not torch.equal(of_others[..., 1], is_zero)
    everywhere = loss_without(one_neuron, asked, values, SECOND_FIRST, 3)
    assert (everywhere - loss_without(one_neuron, asked, values, SECOND_FIRST, 1)).abs().max() < 1e-9
    assert (everywhere > loss_without(one_neuron, asked, replaced(one_neuron, asked), SECOND_FIRST, 1)).all()


def test_how_they_are_replaced_is_left_out_of_the_digest_where_it_is_the_mean():
    assert "by" not in NeuronAblation().model_dump() and NeuronAblation(by="zero").model_dump()["by"] == "zero"


def test_equal_names_are_numbered_and_keys_have_no_spaces():
    assert distinct(["a", "+", "b", "+"]) == ["a", "+ (1)", "b", "+ (2)"]
    assert slug("ablation , training set at k=1 on Carry 2") == "ablation-training-set-at-k-1-on-carry-2"
