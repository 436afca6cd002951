import json
import re
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from safetensors.torch import load_file

from experiments.columns import SCHEMA
from workers.science.__main__ import main

TINY = """
title = "Tiny & small"
problem = "5.3"
seeds = [0, 1, 2]
stack = 2
[task]
name = "modular-addition"
modulus = 7
train_fraction = 0.5
[model]
d_model = 8
n_heads = 2
d_mlp = 16
[training]
steps = {steps}
[checkpoints]
count = 4
[[measures]]
name = "loss"
split = "train"
[[analyses]]
name = "fourier-spectrum"
[[expect]]
measure = "loss"
split = "train"
at_most = 100.0
"""
SWEEP = '[sweep]\n"training.weight_decay" = [0.0, 1.0]\n'


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / "recipe.toml").write_text(text)
        return [str(tmp_path / "recipe.toml"), "--out", str(tmp_path / "out"), "--threads", "1"]

    return write


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_a_run_leaves_the_folder_that_the_design_promises(written, out, capsys):
    assert main(written(TINY.format(steps=5))) == 0
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files == {"recipe.json", "run.json", "metrics.parquet", "index.html", "plotly.min.js"} | {
        "panels/fourier-spectrum-embedding.json",
        *(f"checkpoints/seed-{seed}/step-{step:08d}.safetensors" for seed in range(3) for step in (0, 1, 2, 5)),
    }
    panel = json.loads((out / "panels/fourier-spectrum-embedding.json").read_bytes())
    assert [series["seed"] for series in panel["frames"][-1]["series"]] == [0, 1, 2]
    assert pq.read_table(out / "metrics.parquet").column_names == ["point", *SCHEMA.names]


def test_the_end_report_tells_each_expectation_with_the_value_seen(written, out, capsys):
    main(written(TINY.format(steps=5)))
    said = capsys.readouterr().out
    assert "Expectations: 3 of 3 met" in said
    assert re.search(r"met      seed 2: train loss at most 100 at the end; seen [\d.]+ at step 5\n", said)
    scores = json.loads((out / "run.json").read_bytes())["expectations"]
    assert [(score["seed"], score["step"], score["met"]) for score in scores] == [(seed, 5, True) for seed in range(3)]


def test_each_grid_point_has_its_folder_and_its_rows(written, out):
    assert main(written(TINY.format(steps=5) + SWEEP)) == 0
    with_decay = load_file(out / "point-001/checkpoints/seed-2/step-00000005.safetensors")
    without = load_file(out / "point-000/checkpoints/seed-2/step-00000005.safetensors")
    assert (with_decay["embed.W_E"] != without["embed.W_E"]).any()
    rows = pq.read_table(out / "metrics.parquet").to_pylist()
    assert {(row["point"], row["seed"]) for row in rows} == {(point, seed) for point in (0, 1) for seed in range(3)}


def test_other_seeds_can_be_asked_for(written, out):
    assert main([*written(TINY.format(steps=5)), "--seeds", "7"]) == 0
    assert [path.name for path in (out / "checkpoints").iterdir()] == ["seed-7"]


def test_the_page_shows_every_plot_and_escapes_what_people_wrote(written, out):
    main(written(TINY.format(steps=5)))
    page = (out / "index.html").read_text()
    assert "<title>Tiny &amp; small</title>" in page
    assert page.count("<figure>") == 2


def test_a_bad_recipe_is_refused_with_field_line_and_what_is_allowed(written, out, capsys):
    assert main(written(TINY.format(steps='"many"').replace("modulus = 7", "modulus = -7"))) == 2
    said = capsys.readouterr().err
    assert "task.modulus (line 8)" in said and "at least 3" in said
    assert "training.steps (line 15)" in said
    assert not out.exists()


def test_a_folder_with_other_things_is_left_alone(written, out, capsys):
    out.mkdir()
    (out / "thesis.tex").write_text("all of it")
    assert main(written(TINY.format(steps=5))) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main([*written(TINY.format(steps=5)), "--resume"]) == 2
    assert [path.name for path in out.iterdir()] == ["thesis.tex"]


def test_resuming_another_recipe_or_a_finished_run_is_refused(written, out, capsys):
    main(written(TINY.format(steps=5)))
    assert main([*written(TINY.format(steps=6)), "--resume"]) == 2
    assert "another recipe" in capsys.readouterr().err
    assert main([*written(TINY.format(steps=5)), "--resume"]) == 2
    assert "finished already" in capsys.readouterr().err


def test_a_run_that_diverges_says_so_and_keeps_what_it_measured(written, out, capsys):
    wild = 'optimizer = "sgd"\nlearning_rate = 10.0\nweight_decay = 100.0\nsteps = '
    assert main(written(TINY.format(steps=60).replace("steps = ", wild))) == 1
    assert "Training diverged" in capsys.readouterr().err
    assert json.loads((out / "run.json").read_bytes())["state"] == "failed"


def test_ctrl_c_leaves_a_folder_that_resumes_to_the_same_bits(written, out, tmp_path):
    arguments = written(TINY.format(steps=300).replace("[0, 1, 2]", "[0, 1]"))
    process = subprocess.Popen([sys.executable, "-m", "workers.science", *arguments], stdout=subprocess.PIPE, text=True)
    while not (out / "checkpoints/seed-1/step-00000000.safetensors").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "--resume" in said

    assert main([*arguments, "--resume"]) == 0
    whole = tmp_path / "whole"
    assert main([arguments[0], "--out", str(whole), "--threads", "1"]) == 0
    last = "checkpoints/seed-1/step-00000300.safetensors"
    assert (out / last).read_bytes() == (whole / last).read_bytes()
    assert pq.read_table(out / "metrics.parquet").equals(pq.read_table(whole / "metrics.parquet"))
