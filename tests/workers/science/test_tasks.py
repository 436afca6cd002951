import torch

from experiments.recipe.tasks import ModularAddition, PreviousToken
from workers.science.randomness import generator
from workers.science.tasks import build_dataset


def addition(seed=0):
    return build_dataset(ModularAddition(modulus=5, train_fraction=0.4), generator(seed, "data"))


def test_modular_addition_asks_for_the_sum_after_the_equals_sign():
    train = addition().train
    a, b, equals = train.inputs.T
    assert (equals == 5).all()
    assert torch.equal(train.labels[:, 0], (a + b) % 5)
    assert addition().answer_positions == (2,)


def test_modular_addition_shares_out_every_pair_once():
    dataset = addition()
    pairs = torch.cat([dataset.train.inputs, dataset.test.inputs])[:, :2].tolist()
    assert sorted(map(tuple, pairs)) == [(a, b) for a in range(5) for b in range(5)]
    assert len(dataset.train) == 10


def test_each_seed_splits_the_pairs_in_its_own_way():
    assert torch.equal(addition(0).train.inputs, addition(0).train.inputs)
    assert not torch.equal(addition(0).train.inputs, addition(1).train.inputs)


def test_previous_token_asks_for_the_token_one_place_before():
    dataset = build_dataset(PreviousToken(vocabulary=9, length=6, n_test=20), generator(0, "data"))
    assert dataset.answer_positions == (1, 2, 3, 4, 5)
    assert torch.equal(dataset.test.labels, dataset.test.inputs[:, :5])
    assert dataset.test.inputs.unique().tolist() == list(range(9))


def test_previous_token_draws_fresh_examples_from_the_generator_alone():
    dataset = build_dataset(PreviousToken(vocabulary=9, length=6), generator(0, "data"))
    first, again, other = (dataset.train(generator(0, "batch", step), 4).inputs for step in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_spec_tells_the_sizes_of_the_data():
    for spec in (ModularAddition(modulus=5, train_fraction=0.4), PreviousToken(vocabulary=9, length=6, n_test=20)):
        dataset = build_dataset(spec, generator(0, "data"))
        assert dataset.test.inputs.shape == (spec.n_test, spec.n_ctx)
        assert dataset.test.inputs.max() < spec.d_vocab
        assert dataset.test.labels.shape == (spec.n_test, spec.n_answers)
        assert dataset.test.labels.max() < spec.d_vocab_out
