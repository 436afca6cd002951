"""`python -m deploy.results` runs presets to their end and keeps what they showed, a section each."""

import multiprocessing

import pytest

from deploy import results, results_file
from deploy.results_file import laptop_presets
from experiments.recipe.laptop import settings_digest

TINY = """
title = "A tiny one"
problem = "5.3"
notes = "Look at it."
seeds = [4, 5]
[task]
name = "modular-addition"
modulus = 7
train_fraction = 0.5
[model]
d_model = 8
n_heads = 2
d_mlp = 16
[training]
steps = 4
[checkpoints]
count = 2
[[measures]]
name = "loss"
split = "train"
[sweep]
"training.weight_decay" = [0.0, 1.0]
[[expect]]
measure = "loss"
split = "train"
at_most = 100.0
source = "theory"
[[expect]]
measure = "loss"
split = "train"
at_least = 50.0
where = { "training.weight_decay" = 1.0 }
source = "a wild hope"
"""


def furnish(folder, monkeypatch):
    """An empty folder of presets, and nothing kept."""
    (folder / "presets").mkdir()
    monkeypatch.setattr(results_file, "PRESETS", folder / "presets")
    monkeypatch.setattr(results_file, "KEPT_IN", folder / "RESULTS.md")
    monkeypatch.setattr(results, "RUNS", folder / "runs")


@pytest.fixture
def house(tmp_path, monkeypatch):
    furnish(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A house in which one preset has run."""
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as monkeypatch:
        furnish(folder, monkeypatch)
        ship(folder, "tiny")
        assert results.main([]) == 0
        yield folder


def ship(house, slug, text=TINY):
    (house / "presets" / f"{slug}.laptop.toml").write_text(text)


def kept(house):
    return (house / "RESULTS.md").read_text()


def put(slug):
    presets = laptop_presets()
    results_file.update(presets, {slug: f"{slug}\n\nSettings `{presets[slug].settings}`\n"})


def test_a_preset_is_run_on_three_seeds_and_each_expectation_compared(lived_in):
    said = kept(lived_in)
    assert "A tiny one (problem 5.3)." in said
    assert "| expectation | grid point | seed 0 | seed 1 | seed 2 | met |" in said
    assert "| 1. train loss at most 100 at the end | training.weight_decay = 0.0 | " in said
    assert "| 3 of 3 |\n| 1. train loss at most 100 at the end | training.weight_decay = 1.0 |" in said
    assert "1. theory\n2. a wild hope\n" in said
    assert "Seeds 0, 1, 2 at 2 grid points: " in said


def test_an_expectation_that_misses_is_told_in_plain_words(lived_in):
    assert "| **" in kept(lived_in)
    assert (
        "**Expected, and not seen on seeds 0, 1, 2 at training.weight_decay = 1.0:** "
        "train loss at least 50 at the end, where training.weight_decay = 1.0." in kept(lived_in)
    )


def test_what_is_current_is_left_out(lived_in, capfd):
    assert results.main([]) == 0
    assert capfd.readouterr().out == "tiny: its section is current\n"


def test_a_lost_section_is_written_again_from_the_finished_run(lived_in, capfd):
    said = kept(lived_in)
    (lived_in / "RESULTS.md").unlink()
    assert results.main(["tiny"]) == 0
    assert kept(lived_in) == said
    assert capfd.readouterr().out == ""


def test_other_words_leave_the_settings_as_they_are_and_other_numbers_do_not():
    other_words = (
        TINY.replace("A tiny one", "Another title").replace("a wild hope", "a guess").replace("Look at it", "")
    )
    assert settings_digest(other_words) == settings_digest(TINY)
    assert settings_digest(TINY.replace("steps = 4", "steps = 5")) != settings_digest(TINY)
    assert settings_digest(TINY.replace("at_least = 50.0", "at_least = 49.0")) != settings_digest(TINY)


def test_what_has_no_current_section_is_listed(house):
    ship(house, "one")
    ship(house, "two")
    put("one")
    assert kept(house).endswith("## Not yet run\n\nWith the settings they have now:\n\n- two\n")
    ship(house, "one", TINY.replace("steps = 4", "steps = 5"))
    (house / "presets" / "two.laptop.toml").unlink()
    assert results.main(["--list"]) == 0
    assert kept(house).endswith("- one\n")


def test_processes_that_write_at_the_same_time_lose_no_section(house):
    slugs = [f"preset-{n}" for n in range(6)]
    for slug in slugs:
        ship(house, slug)
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=put, args=(slug,)) for slug in slugs]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert list(results_file.current_sections(laptop_presets())) == slugs


def test_an_unknown_name_is_refused_with_the_known_ones(house, capsys):
    ship(house, "tiny")
    assert results.main(["tinny"]) == 1
    assert "no laptop preset is called tinny; there are: tiny" in capsys.readouterr().err
