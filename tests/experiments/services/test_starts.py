"""Recipes that start from the checkpoints of another run."""

import pytest

from experiments.models import Artifact, Run, State, Worker
from experiments.recipe import InvalidRecipe, RecipeError
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.leases import claim_shard
from experiments.services.recipes import submit_recipe
from experiments.services.refusals import Conflict
from experiments.services.runs import submit_run
from experiments.services.starts import name_on_worker, start_files
from problems.models import User
from tests.experiments.making import artifact_event, batch, claim, make_run, recipe_toml, succeeded

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(alice: User, worker: Worker) -> Run:
    """Seeds 0 and 1 with checkpoints at 50 and 100; seed 1 has one at 75 too."""
    run = make_run(alice)
    granted = claim(run.shards.get(), worker)
    kept = [(0, 50), (0, 100), (1, 50), (1, 75), (1, 100)]
    files = [artifact_event(f"c-{seed}-{step}", b"%d %d" % (seed, step), seed=seed, step=step) for seed, step in kept]
    store_batch(lease=granted.lease, batch=batch(granted, 0, *files))
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    run.refresh_from_db()
    return run


def toml(run: int, more: str = "", **fields: object) -> str:
    return recipe_toml(**fields) + f"\n[start]\nrun = {run}\n{more}"  # type: ignore[arg-type]


def refusal(author: User, text: str) -> RecipeError:
    with pytest.raises(InvalidRecipe) as refused:
        submit_recipe(author=author, toml=text)
    (error,) = refused.value.errors
    assert error.line is not None
    return error


def test_a_run_that_is_not_there_is_named(alice: User, source: Run) -> None:
    error = refusal(alice, toml(source.pk + 99))
    assert (error.field, error.value, error.message) == (
        "start.run",
        source.pk + 99,
        "there is no run with this number",
    )


def test_a_run_that_has_not_ended_is_not_started_from(alice: User, source: Run) -> None:
    waiting = make_run(alice)
    error = refusal(alice, toml(waiting.pk))
    assert (error.field, error.message) == ("start.run", f"run {waiting.pk} has not ended yet")


@pytest.mark.parametrize(
    ("more", "field", "allowed"),
    [
        ("point = 1", "start.point", "0 to 0"),
        ("seed = 7", "start.seed", "0, 1"),
        ("step = 60", "start.step", "last, 50, 100"),
        ("step = 75", "start.step", "last, 50, 100"),
        ("step = 60\nseed = 1", "start.step", "last, 50, 75, 100"),
    ],
)
def test_what_the_run_lacks_is_refused_with_what_it_has(
    more: str, field: str, allowed: str, alice: User, source: Run
) -> None:
    error = refusal(alice, toml(source.pk, more))
    assert (error.field, error.allowed) == (field, allowed)


def test_a_run_without_checkpoints_is_no_start(alice: User, source: Run) -> None:
    Artifact.objects.filter(kind="checkpoint").delete()
    assert refusal(alice, toml(source.pk)).field == "start.run"


@pytest.mark.parametrize(
    ("more", "taken"),
    [("", [(0, 100), (1, 100)]), ("step = 50", [(0, 50), (1, 50)]), ("seed = 1\nstep = 75", [(1, 75)])],
)
def test_each_seed_gets_the_checkpoint_it_asks_for(
    more: str, taken: list[tuple[int, int]], alice: User, source: Run
) -> None:
    recipe = submit_recipe(author=alice, toml=toml(source.pk, more)).recipe
    files = start_files(recipe.start, [0, 1])
    assert sorted((file.seed, file.step) for file in files) == taken
    seed, step = files[0].seed, files[0].step
    assert name_on_worker(recipe.start, files[0]) == (
        f"start/point-000/checkpoints/seed-{seed}/step-{step:08d}.safetensors"
    )


def test_a_checkpoint_that_went_meanwhile_fails_the_run_with_a_reason(alice: User, source: Run, worker: Worker) -> None:
    run = submit_run(recipe=submit_recipe(author=alice, toml=toml(source.pk, "step = 50")), submitter=alice)
    Artifact.objects.filter(step=50).delete()
    with pytest.raises(Conflict, match="not valid any more"):
        claim_shard(shard_id=run.shards.get().pk, worker=worker)

    shard = run.shards.get()
    assert (shard.state, shard.failure) == (State.FAILED, "invalid")
    assert "start.step" in shard.traceback
