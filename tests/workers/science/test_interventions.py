import pytest
import torch

from experiments.recipe.interventions import Freeze, ShuffleLabels
from experiments.recipe.tasks import ModularAddition
from tests.workers.science.runs import MemoryArchive, carry_out, recipe
from workers.science.interventions import edit_data
from workers.science.randomness import generator
from workers.science.tasks import build_dataset


@pytest.fixture
def dataset():
    return build_dataset(ModularAddition(modulus=11, train_fraction=0.5), generator(0, "data"))


def test_shuffling_permutes_the_train_labels_and_leaves_the_test_set(dataset):
    shuffled = edit_data([ShuffleLabels()], dataset, seed=0)
    assert torch.equal(shuffled.train.labels.sort(0).values, dataset.train.labels.sort(0).values)
    assert (shuffled.train.labels != dataset.train.labels).float().mean() > 0.7
    assert torch.equal(shuffled.train.inputs, dataset.train.inputs)
    assert torch.equal(shuffled.test.labels, dataset.test.labels)


def test_shuffling_a_share_leaves_the_rest_of_the_labels(dataset):
    shuffled = edit_data([ShuffleLabels(fraction=0.2)], dataset, seed=0)
    n_changed = (shuffled.train.labels != dataset.train.labels).sum()
    assert 0 < n_changed <= round(0.2 * len(dataset.train))


def test_frozen_weights_keep_their_bits_and_the_others_move():
    archive = MemoryArchive()
    carry_out(recipe(interventions=[Freeze(parameters=("W_E", "W_in")).model_dump()]), archive=archive)
    first, last = archive.checkpoints[0], archive.checkpoints[20]
    unmoved = {name for name in first if torch.equal(first[name], last[name])}
    assert unmoved == {"embed.W_E", "blocks.0.mlp.W_in"}


def test_freezing_a_matrix_that_the_model_lacks_is_refused():
    model = {"name": "transformer", "d_model": 8, "n_heads": 2, "d_mlp": 0}
    frozen = recipe(model=model, interventions=[Freeze(parameters=("W_E", "W_in")).model_dump()])
    with pytest.raises(ValueError, match="the model has no W_in that could be frozen"):
        carry_out(frozen)
