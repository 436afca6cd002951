"""A run that starts from another, as people and workers start it."""

import contextlib
import shutil

import pytest
import torch
from safetensors.torch import load_file

from experiments.recipe.start import Start
from tests.workers.science.runs import recipe
from tests.workers.science.test_command_line import SWEEP, TINY
from tests.workers.science.test_shard import Shard
from workers.science.__main__ import main
from workers.science.start_files import StartFiles

LAST = "checkpoints/seed-1/step-00000005.safetensors"
FIRST = "checkpoints/seed-1/step-00000000.safetensors"


@pytest.fixture
def carry_out(tmp_path):
    def run(text, out, *more):
        path = tmp_path / "recipe.toml"
        path.write_text(text)
        return main([str(path), "--out", str(tmp_path / out), "--threads", "1", *more])

    return run


@pytest.fixture
def earlier(carry_out, tmp_path):
    assert carry_out(TINY.format(steps=5), "earlier") == 0
    return tmp_path / "earlier"


def test_the_command_line_goes_on_from_a_folder(carry_out, earlier, tmp_path):
    assert carry_out(TINY.format(steps=2) + "[start]\nrun = 1\n", "later", "--start-from", str(earlier)) == 0
    before, after = load_file(earlier / LAST), load_file(tmp_path / "later" / FIRST)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_recipe_and_command_line_must_agree(carry_out, earlier, tmp_path, capsys):
    assert carry_out(TINY.format(steps=2) + "[start]\nrun = 9\n", "later") == 2
    assert "starts from run 9: say where its folder is with --start-from" in capsys.readouterr().err
    assert carry_out(TINY.format(steps=2), "later", "--start-from", str(earlier)) == 2
    assert "the recipe has no [start]" in capsys.readouterr().err
    assert not (tmp_path / "later").exists()


def test_a_chosen_step_is_taken_and_an_absent_one_told_with_those_there_are(earlier):
    taken = StartFiles(earlier, Start(run=1, step=2)).load(1)
    assert torch.equal(taken["embed.W_E"], load_file(earlier / LAST.replace("5", "2"))["embed.W_E"])
    with pytest.raises(ValueError, match="seed 1 has no checkpoint at 3; allowed: 0, 1, 2, 5"):
        StartFiles(earlier, Start(run=1, step=3)).load(1)


def test_an_absent_seed_is_told(earlier):
    with pytest.raises(ValueError, match="no checkpoint of seed 8"):
        StartFiles(earlier, Start(run=1)).load(8)


def test_a_grid_point_of_a_sweep_is_chosen(carry_out, tmp_path):
    assert carry_out(TINY.format(steps=5) + SWEEP, "swept") == 0
    taken = StartFiles(tmp_path / "swept", Start(run=1, point=1)).load(1)
    assert torch.equal(taken["embed.W_E"], load_file(tmp_path / "swept/point-001" / LAST)["embed.W_E"])
    with pytest.raises(ValueError, match="no grid point 2"):
        StartFiles(tmp_path / "swept", Start(run=1, point=2)).load(1)


def test_a_shard_finds_the_other_run_in_its_own_folder(earlier, tmp_path):
    shutil.copytree(earlier, tmp_path / "shard/start")
    asked = recipe(start={"run": 1})
    with contextlib.closing(Shard()) as shard:
        shard.order(tmp_path / "shard", asked)
        assert shard.say_all()[-1]["kind"] == "finished"
    before, after = load_file(earlier / LAST), load_file(tmp_path / "shard" / FIRST)
    assert all(torch.equal(before[name], after[name]) for name in before)
