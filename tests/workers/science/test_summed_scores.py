"""Classes that follow from a sum of scores."""

import pytest
import torch

from experiments.recipe.tasks import SummedScores
from tests.workers.science.runs import MLP, carry_out, measured, recipe
from workers.science.randomness import generator
from workers.science.tasks import build_dataset
from workers.science.tasks.summed_scores import sums_of

SPEC = SummedScores(length=4, vocabulary=5, classes=3, train_examples=300, n_test=200)


def data(seed=0, **changes):
    return build_dataset(SPEC.model_copy(update=changes), generator(seed, "data"))


def test_sums_are_those_of_a_plain_loop():
    scores = torch.randn(4, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    tokens = data().test.inputs[:, :4]
    for row, found in zip(tokens.tolist(), sums_of(scores, tokens).tolist(), strict=True):
        slow = [sum(scores[place][token][c].item() for place, token in enumerate(row)) for c in range(3)]
        assert found == pytest.approx(slow)


def test_one_table_of_scores_explains_every_label_of_both_sets():
    """The scores are drawn first from the generator, so a plain loop can draw them too."""
    scores = torch.randn(4, 5, 3, generator=generator(0, "data"), dtype=torch.float64)
    for examples in (data().train, data().test):
        for (*row, equals), (label,) in zip(examples.inputs.tolist(), examples.labels.tolist(), strict=True):
            sums = [sum(scores[place][token][c].item() for place, token in enumerate(row)) for c in range(3)]
            assert sums.index(max(sums)) == label and equals == 5


def test_no_sequence_stands_in_both_sets_or_twice():
    dataset = data()
    rows = [tuple(row) for examples in (dataset.train, dataset.test) for row in examples.inputs.tolist()]
    assert len(rows) == len(set(rows)) == 500


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.9])
def test_so_many_training_labels_are_wrong_as_asked_for_and_no_test_label(noise):
    clean, noisy = data(), data(label_noise=noise)
    assert torch.equal(clean.train.inputs, noisy.train.inputs)
    wrong = (clean.train.labels != noisy.train.labels)[:, 0]
    assert wrong.sum() == round(noise * 300)
    assert torch.equal(clean.test.labels, noisy.test.labels)


def test_wrong_classes_are_all_alike():
    clean, noisy = data().train.labels, data(label_noise=0.9).train.labels
    shifts = ((noisy - clean) % 3)[: round(0.9 * 300)]
    assert set(shifts.flatten().tolist()) == {1, 2} and (shifts == 1).double().mean().item() == pytest.approx(
        0.5, abs=0.1
    )


def test_the_same_seed_gives_the_same_data_and_an_mlp_learns_it():
    assert torch.equal(data().train.inputs, data().train.inputs)
    assert not torch.equal(data().train.inputs, data(seed=1).train.inputs)
    task = SPEC.model_dump() | {"train_examples": 100, "n_test": 50}
    asked = recipe(MLP, task=task, model={"name": "mlp", "d_mlp": 32}, training={"steps": 60, "learning_rate": 0.03})
    losses = measured(carry_out(asked), "loss")
    assert losses[60] < losses[1]


def test_sequences_must_be_many_enough_and_not_too_many():
    with pytest.raises(ValueError, match="length: 2 tokens of 5 make 25 sequences; allowed: from 500"):
        SummedScores(length=2, vocabulary=5, train_examples=300, n_test=200)
    with pytest.raises(ValueError, match="to 1048576"):
        SummedScores(length=9, vocabulary=5)
