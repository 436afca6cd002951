import hashlib
import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from tests.workers.science.runs import recipe
from workers.science.bridge import to_transformer_lens
from workers.science.events import Checkpointed
from workers.science.models import build_model
from workers.science.storage import Storage, read_checkpoint, write_whole


@pytest.fixture
def storage(tmp_path):
    return Storage(tmp_path, recipe(), (0, 3))


@pytest.fixture
def checkpoint():
    weights = build_model(recipe().model, recipe().task).initial_weights([0, 3])
    return Checkpointed(40, (0, 3), weights)


def test_a_checkpoint_is_one_file_per_seed_that_opens_with_safetensors_alone(storage, checkpoint):
    kept = list(storage.keep_checkpoint(checkpoint))
    names = ["checkpoints/seed-0/step-00000040.safetensors", "checkpoints/seed-3/step-00000040.safetensors"]
    assert [artifact.name for artifact in kept] == names
    tensors = load_file(storage.folder / names[1])
    assert torch.equal(tensors["embed.W_E"], checkpoint.weights["embed.W_E"][1])
    assert [(artifact.kind, artifact.seed, artifact.step) for artifact in kept] == [
        ("checkpoint", 0, 40),
        ("checkpoint", 3, 40),
    ]


def test_an_artifact_tells_the_hash_and_size_of_its_file(storage, checkpoint):
    for artifact in storage.keep_checkpoint(checkpoint):
        data = (storage.folder / artifact.name).read_bytes()
        assert (artifact.sha256, artifact.n_bytes) == (hashlib.sha256(data).hexdigest(), len(data))


def test_a_checkpoint_says_which_model_it_belongs_to(storage, checkpoint):
    (first, _) = storage.keep_checkpoint(checkpoint)
    with safe_open(storage.folder / first.name, framework="pt") as file:
        about = json.loads(file.metadata()["circuitboard"])
    assert (about["seed"], about["step"]) == (0, 40)
    assert about["model"]["d_model"] == 8
    assert about["task"]["modulus"] == 7


def test_a_checkpoint_file_alone_gives_a_transformer_lens_model(storage, checkpoint):
    (_, second) = storage.keep_checkpoint(checkpoint)
    model, weights = read_checkpoint(storage.folder / second.name)
    tokens = torch.tensor([[1, 2, 7], [6, 6, 7]])
    ours = model.run(checkpoint.weights, tokens.expand(2, 2, 3))[0][1]
    torch.testing.assert_close(to_transformer_lens(model, weights)(tokens), ours)


def test_what_was_kept_is_loaded_with_its_seed_axis(storage, checkpoint):
    list(storage.keep_checkpoint(checkpoint))
    loaded = storage.load(40)
    assert list(loaded) and all(torch.equal(loaded[name], weight) for name, weight in checkpoint.weights.items())


def test_the_same_checkpoint_gives_the_same_bytes(storage, checkpoint):
    first, again = ([artifact.sha256 for artifact in storage.keep_checkpoint(checkpoint)] for _ in range(2))
    assert first == again


def test_a_file_that_cannot_be_written_leaves_no_half(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "taken", b"data")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]
