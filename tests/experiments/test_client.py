"""The notebook client against the real site, called without a network."""

import time
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
import torch
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from knox.models import AuthToken
from safetensors.numpy import save

from experiments.client import ApiError, Client
from experiments.models import Run, Worker
from experiments.protocol import LogEvent
from experiments.recipe import at_point
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from problems.models import User
from tests.experiments.making import (
    artifact_event,
    batch,
    claim,
    make_problem,
    make_run,
    measured,
    panel,
    recipe_toml,
    succeeded,
)
from workers.science.model import Model
from workers.science.models import build_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(alice: User) -> Iterator[Client]:
    transport = httpx.WSGITransport(get_wsgi_application())
    for signal in (request_started, request_finished):  # the site shares the connection of the test
        signal.disconnect(close_old_connections)
    with httpx.Client(transport=transport) as http:
        yield Client("http://127.0.0.1", AuthToken.objects.create(alice)[1], http=http)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


SWEPT = '[sweep]\n"model.activation" = ["solu_ln", "square"]\n"model.positions" = ["sinusoidal"]\n"model.tied" = [true]'
TOKENS = torch.tensor([[1, 2, 7], [6, 0, 7]])


@pytest.fixture
def swept(alice: User, worker: Worker) -> Run:
    """Two grid points with the untrained weights of each."""
    run = make_run(alice, seeds=(0,), stack=1, sweep=SWEPT)
    for shard in run.shards.order_by("point"):
        granted = claim(shard, worker)
        model = model_at(run, shard.point)
        weights = {name: weight[0].numpy() for name, weight in model.initial_weights((0,)).items()}
        event = artifact_event("checkpoints/seed-0/step-00000100.safetensors", save(weights), seed=0, step=100)
        store_batch(lease=granted.lease, batch=batch(granted, 0, event))
        finish_shard(lease=granted.lease, outcome=succeeded(granted))
    return run


def model_at(run: Run, point: int) -> Model:
    recipe = at_point(run.recipe.recipe, list(run.recipe.recipe.points())[point])
    return build_model(recipe.model, recipe.task)


@pytest.fixture
def finished(run: Run, worker: Worker) -> Run:
    granted = claim(run.shards.get(), worker)
    weights = {step: {"embed.W_E": np.full((2, 3), step, dtype=np.float32)} for step in (0, 100)}
    events = [
        artifact_event(f"checkpoints/seed-0/step-{step:08d}.safetensors", save(tensors), seed=0, step=step)
        for step, tensors in weights.items()
    ]
    events.append(artifact_event("panels/curve.json", panel(0), kind="panel"))
    store_batch(lease=granted.lease, batch=batch(granted, 0, measured((0, 0, 2.0), (0, 100, np.nan)), *events))
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    return run


def test_checkpoint_is_loaded_in_one_line(client: Client, finished: Run) -> None:
    assert client.run(finished.pk).checkpoint(seed=0).tensors()["embed.W_E"].tolist() == [[100.0] * 3] * 2
    assert client.run(finished.pk).checkpoint(seed=0, step="first").step == 0
    with pytest.raises(LookupError, match=r"no checkpoint 7; kept: \[0, 100\]"):
        client.run(finished.pk).checkpoint(seed=0, step=7)


def test_checkpoint_becomes_a_model_of_transformer_lens(client: Client, swept: Run) -> None:
    model = model_at(swept, 0)
    bridge = client.run(swept.pk).checkpoint(seed=0).model()
    ours = model.run(model.initial_weights((0,)), TOKENS[None])[0]
    torch.testing.assert_close(bridge(TOKENS), ours[0], atol=1e-5, rtol=1e-4)


def test_checkpoint_that_transformer_lens_has_no_model_for_says_why(client: Client, swept: Run) -> None:
    with pytest.raises(ValueError, match=r"model.activation: TransformerLens has no 'square'"):
        client.run(swept.pk).checkpoint(seed=0, point=1).model()


def test_measurements_keep_what_is_not_finite(client: Client, finished: Run) -> None:
    table = client.run(finished.pk).measurements()
    assert table["step"].to_pylist() == [0, 100]
    assert np.isnan(table["value"].to_pylist()[1])
    assert list(client.run(finished.pk).frame().columns) == table.column_names


def test_panels_are_read_as_numbers(client: Client, finished: Run) -> None:
    assert [p.series[0].y for p in client.run(finished.pk).panels()] == [[1.0, 2.0]]


def test_recipe_is_submitted_and_called_off(client: Client) -> None:
    make_problem()
    run = client.submit(recipe_toml())
    run.cancel()
    assert run.wait()["state"] == "cancelled"


def test_bad_recipe_raises_an_error_that_names_the_field(client: Client) -> None:
    make_problem()
    with pytest.raises(ApiError, match="training.steps: must be a whole number") as refused:
        client.submit(recipe_toml().replace("steps = 100", 'steps = "100"'))
    assert (refused.value.status, refused.value.code) == (422, "invalid_recipe")


def test_waiting_ends_with_a_reason_when_time_is_up(client: Client, run: Run) -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="queued: No worker of any class is connected"):
        client.run(run.pk).wait(timeout_seconds=0.05, every_seconds=0.02)
    assert time.monotonic() - started < 5


def test_log_is_read_whole_whatever_its_length(client: Client, alice: User, worker: Worker) -> None:
    granted = claim(make_run(alice).shards.get(), worker)
    lines = [LogEvent(at="2026-01-01T00:00:00Z", text=f"line {n}") for n in range(700)]
    store_batch(lease=granted.lease, batch=batch(granted, 0, *lines))
    read = client.run(granted.lease.shard.run_id).log()
    assert [line["text"] for line in read if line["kind"] == "log"] == [f"line {n}" for n in range(700)]
    assert [line["number"] for line in read] == list(range(1, len(read) + 1))
