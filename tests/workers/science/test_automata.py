"""States of automata against machines that go token by token."""

import itertools

import pytest
import torch

from experiments.recipe.tasks import IGNORED, CyclicAutomaton, DyckAutomaton, FlipFlop, PermutationAutomaton
from workers.science.permutations import composition_table, permutations
from workers.science.randomness import generator
from workers.science.tasks import build_dataset, slices_of

S3 = list(itertools.permutations(range(3)))
MACHINES = {
    "counter": (CyclicAutomaton(modulus=3), 0, lambda state, token: (state + token) % 3),
    "flip-flop": (FlipFlop(), 0, lambda state, token: state if token == 2 else token),
    "permutations": (
        PermutationAutomaton(degree=3),
        0,
        lambda state, token: S3.index(tuple(S3[token][S3[state][i]] for i in range(3))),
    ),
    "dyck": (DyckAutomaton(depth=3), 0, lambda state, token: state + 1 - 2 * token),
}
SIZES = {"length": 6, "tested_length": 15, "n_test": 30}


def made(spec, seed=0):
    return build_dataset(spec.model_copy(update=SIZES), generator(seed, "data"))


@pytest.mark.parametrize("machine", MACHINES)
def test_a_state_is_where_the_machine_is_after_the_token(machine):
    spec, state_at_first, step = MACHINES[machine]
    test = made(spec).test
    for tokens, states in zip(test.inputs.tolist(), test.labels.tolist(), strict=True):
        state = state_at_first
        for token, answer in zip(tokens, states, strict=True):
            state = step(state, token)
            assert state == answer
    assert test.inputs.unique().tolist() == list(range(spec.d_vocab))
    assert test.labels.unique().tolist() == list(range(spec.d_vocab_out))


@pytest.mark.parametrize("machine", MACHINES)
def test_only_the_trained_length_is_asked_for_in_training(machine):
    spec = MACHINES[machine][0]
    train = made(spec).train(generator(0, "batch", 3), 5)
    again = made(spec).train(generator(0, "batch", 3), 5)
    assert (train.labels[:, :6] != IGNORED).all() and (train.labels[:, 6:] == IGNORED).all()
    assert torch.equal(train.inputs, again.inputs) and train.inputs.shape == (5, 15)
    assert not torch.equal(train.inputs, made(spec).train(generator(0, "batch", 4), 5).inputs)


def test_slices_are_stretches_as_long_as_what_is_trained():
    spec = CyclicAutomaton(**SIZES)
    slices = slices_of(spec, made(spec).test)
    assert list(slices) == ["1 to 6", "7 to 12", "13 to 15"]
    assert torch.stack(list(slices.values())).sum(0).eq(1).all()
    assert slices["7 to 12"][0].nonzero().flatten().tolist() == [6, 7, 8, 9, 10, 11]


def test_brackets_close_when_the_depth_is_reached_and_only_when_one_is_open():
    states = made(DyckAutomaton(depth=3)).test.labels
    assert (states.min().item(), states.max().item()) == (0, 3)
    assert (states.diff(dim=1).abs() == 1).all()


def test_a_flip_flop_is_idle_as_often_as_told():
    spec = FlipFlop(length=100, n_test=200, idle=0.7)
    tokens = build_dataset(spec, generator(0, "data")).test.inputs
    assert (tokens == 2).double().mean().item() == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize("degree", [3, 4])
def test_the_table_composes_permutations(degree):
    elements = [tuple(row) for row in permutations(degree).tolist()]
    assert elements == sorted(set(elements))
    table = composition_table(degree).tolist()
    for (i, g), (j, h) in itertools.product(enumerate(elements), repeat=2):
        assert elements[table[i][j]] == tuple(g[h[thing]] for thing in range(degree))


def test_testing_less_than_what_is_trained_is_refused():
    with pytest.raises(ValueError, match="tested_length: 5 is below length, 6"):
        CyclicAutomaton(length=6, tested_length=5)
