"""What is kept, for how long, and who may keep more."""

import datetime

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from experiments.models import Artifact, Run, SitePass, State, SubmittedRecipe
from experiments.protocol import Failure, Outcome
from experiments.services.finishing import finish_shard
from experiments.services.recipes import submit_recipe
from experiments.services.refusals import Forbidden
from experiments.services.retention import (
    drop_old_resume_states,
    pin_run,
    surplus,
    thin_out_checkpoints,
    to_thin_out,
    unpin_run,
)
from experiments.services.runs import request_cancel, submit_run
from tests.experiments.making import claim, make_run, recipe_toml, stored_file, succeeded

pytestmark = pytest.mark.django_db

STEPS = [0, 1, 2, 4, 8, 16, 32, 64, 100]


@pytest.fixture
def run(alice, worker) -> Run:
    """It succeeded, with nine checkpoints of each of two seeds."""
    run = make_run(alice)
    granted = claim(run.shards.get(), worker)
    files = [
        stored_file(f"checkpoints/seed-{seed}/step-{step}", b"%d %d" % (seed, step), seed=seed, step=step)
        for seed in (0, 1)
        for step in STEPS
    ]
    files.append(stored_file("panels-are-kept", b"log", kind="log"))
    finish_shard(lease=granted.lease, outcome=succeeded(granted, *files))
    run.refresh_from_db()
    return run


@pytest.fixture(autouse=True)
def short(settings) -> None:
    settings.CHECKPOINT_DAYS, settings.CHECKPOINTS_BETWEEN = 90, 3


def days_later(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False)


def steps_of(seed: int) -> list[int]:
    kept = Artifact.objects.filter(kind="checkpoint", seed=seed).order_by("step")
    return [artifact.step or 0 for artifact in kept]


def test_checkpoints_are_kept_whole_for_a_time_then_both_ends_and_some_between(run) -> None:
    with days_later(89):
        assert thin_out_checkpoints().n == 0
    with days_later(91):
        assert thin_out_checkpoints(dry_run=True).n == 8 and steps_of(0) == STEPS
        assert thin_out_checkpoints().n == 8
        assert thin_out_checkpoints().n == 0
    assert steps_of(0) == steps_of(1) == [0, 2, 8, 32, 100]
    assert Artifact.objects.filter(kind="log").exists()
    run.refresh_from_db()
    assert run.thinned_at and "8 checkpoints were dropped after 90 days" in run.events.latest("pk").text


@pytest.mark.parametrize("n", [0, 1, 4, 5])
def test_few_checkpoints_all_stay(n) -> None:
    assert surplus([Artifact(step=step) for step in range(n)]) == []


def test_a_pinned_run_keeps_all_until_it_is_let_go(run, alice, bob) -> None:
    with pytest.raises(Forbidden):
        pin_run(run=run, by=bob)
    pin_run(run=run, by=alice)
    with days_later(1000):
        assert thin_out_checkpoints().n == 0
        unpin_run(run=run, by=alice)
        assert thin_out_checkpoints().n == 8


def test_first_success_of_a_shipped_recipe_is_kept_whole(run, alice) -> None:
    SubmittedRecipe.objects.update(preset="starter.laptop")
    second = Run.objects.create(recipe=run.recipe, submitter=alice, state=State.SUCCEEDED, ended_at=run.ended_at)
    with days_later(1000):
        assert list(to_thin_out()) == [second]


def test_resume_state_of_a_failure_stays_some_days(alice, worker) -> None:
    shard = make_run(alice).shards.get()
    granted = claim(shard, worker)
    state = stored_file("resume/state", b"r", kind="resume", step=50)
    Artifact.objects.create(shard=shard, name=state.name, kind="resume", blob_id=state.sha256, step=50)
    failure = Failure(failure="not_finite", message="It broke.")
    finish_shard(lease=granted.lease, outcome=Outcome(epoch=1, result="failed", failure=failure))
    with days_later(2):
        assert drop_old_resume_states().n == 0
    with days_later(4):
        assert drop_old_resume_states().n == 1


def test_command_says_what_would_go_and_then_does_it(run, capsys) -> None:
    with days_later(91):
        call_command("tidy_storage", "--dry-run", "--stray-files")
        assert "checkpoints: 8 would go, 0.0 MiB" in capsys.readouterr().out and steps_of(0) == STEPS
        call_command("tidy_storage")
    assert "checkpoints: 8 gone" in capsys.readouterr().out and len(steps_of(0)) == 5
    assert SitePass.objects.get(name="checkpoints").n_done == 8


def test_checkpoints_that_a_waiting_run_starts_from_are_kept_until_it_ends(run, alice) -> None:
    toml = recipe_toml(seeds=(0,), stack=1) + f"\n[start]\nrun = {run.pk}\nstep = 4\n"
    waiting = submit_run(recipe=submit_recipe(author=alice, toml=toml), submitter=alice)
    with days_later(91):
        thin_out_checkpoints()
        assert steps_of(0) == STEPS
        request_cancel(run=waiting, by=alice)
        thin_out_checkpoints()
        assert steps_of(0) != STEPS
