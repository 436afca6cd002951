"""The time on a laptop that a recipe is shown with, and what it rests on."""

import datetime

import pytest

from experiments.models import Lease, SubmittedRecipe
from experiments.recipe.laptop import settings_digest
from experiments.services import laptop_times
from experiments.services.finishing import finish_shard
from experiments.services.recipes import load_presets, submit_recipe
from experiments.services.runs import submit_run
from tests.experiments.making import claim, make_problem, make_recipe, make_worker, recipe_toml, succeeded

pytestmark = pytest.mark.django_db


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Writes down what `make presets` measured of a recipe."""

    def write(toml, seconds):
        results = tmp_path / f"{seconds}.md"
        results.write_text(f"9 s, {seconds} CPU seconds, with 1 thread. Settings `{settings_digest(toml)}`.\n")
        monkeypatch.setattr(laptop_times, "RESULTS", results)

    monkeypatch.setattr(laptop_times, "RESULTS", tmp_path / "none.md")
    return write


def time_of(recipe):
    found = SubmittedRecipe.objects.get(pk=recipe.pk)
    return found.laptop_seconds, found.laptop_rests_on


def carry_out(recipe, alice, *, seconds, **worker):
    """A run of one shard that takes so long."""
    run = submit_run(recipe=recipe, submitter=alice)
    granted = claim(run.shards.get(), make_worker(alice, **worker))
    began = granted.lease.granted_at - datetime.timedelta(seconds=seconds)
    Lease.objects.filter(pk=granted.lease.pk).update(granted_at=began)
    granted.lease.refresh_from_db()
    return granted


def test_what_was_measured_comes_before_an_estimate(measured, alice):
    make_problem()
    assert time_of(submit_recipe(author=alice, toml=recipe_toml()))[1] == "estimate"
    measured(recipe_toml(), 33)
    assert time_of(submit_recipe(author=alice, toml=recipe_toml())) == (33.0, "measurement")
    assert time_of(submit_recipe(author=alice, toml=recipe_toml(steps=7)))[1] == "estimate"


def test_a_preset_that_is_there_already_learns_what_was_measured_since(measured, tmp_path):
    make_problem()
    (tmp_path / "tiny.laptop.toml").write_text(recipe_toml())
    (recipe,) = load_presets(tmp_path)
    measured(recipe_toml(), 41)
    assert load_presets(tmp_path) == [] and time_of(recipe) == (41.0, "measurement")


def test_where_nothing_was_measured_the_last_run_here_tells(measured, alice):
    recipe = make_recipe(alice)
    granted = carry_out(recipe, alice, seconds=90)
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    seconds, rests_on = time_of(recipe)
    assert rests_on == "run" and seconds == pytest.approx(90, abs=5)


def test_a_run_changes_nothing_of_what_was_measured(measured, alice):
    measured(recipe_toml(), 33)
    recipe = make_recipe(alice)
    granted = carry_out(recipe, alice, seconds=90)
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert time_of(recipe) == (33.0, "measurement")


@pytest.mark.parametrize("strange", ["on a GPU", "from a resume state"])
def test_a_run_that_no_laptop_would_make_so_tells_nothing(measured, alice, strange):
    recipe = make_recipe(alice)
    granted = carry_out(recipe, alice, seconds=90, hardware_class="gpu" if strange == "on a GPU" else "cpu")
    if strange == "from a resume state":
        Lease.objects.filter(pk=granted.lease.pk).update(resume_step=50)
        granted.lease.refresh_from_db()
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert time_of(recipe)[1] == "estimate"


def test_every_shard_of_the_run_counts(measured, alice):
    recipe = make_recipe(alice, stack=1)
    run = submit_run(recipe=recipe, submitter=alice)
    worker = make_worker(alice, slots=2)
    for shard in run.shards.order_by("pk"):
        assert time_of(recipe)[1] == "estimate"
        granted = claim(shard, worker)
        began = granted.lease.granted_at - datetime.timedelta(seconds=30)
        Lease.objects.filter(pk=granted.lease.pk).update(granted_at=began)
        granted.lease.refresh_from_db()
        finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert time_of(recipe)[0] == pytest.approx(60, abs=10)
