"""What came out, over HTTP."""

import hashlib
import io
import math

import pyarrow.csv
import pyarrow.parquet
import pytest

from experiments.columns import parts_of, together
from experiments.models import Run, Worker
from experiments.services.events import store_batch
from problems.models import User
from tests.experiments.api.conftest import Caller
from tests.experiments.making import artifact_event, batch, claim, make_run, make_worker, measured, panel

pytestmark = pytest.mark.django_db

NAME = "checkpoints/seed-0/step-00000100.safetensors"


@pytest.fixture
def told(run: Run, worker: Worker) -> Run:
    granted = claim(run.shards.get(), worker)
    events = [
        measured((0, 0, 2.0), (0, 100, math.inf)),
        artifact_event(NAME, b"weights", seed=0, step=100),
        artifact_event("panels/curve.json", panel(0), kind="panel"),
    ]
    store_batch(lease=granted.lease, batch=batch(granted, 0, *events))
    return run


def test_measurements_come_as_columns_and_then_only_what_is_new(stranger: Caller, told: Run) -> None:
    found = stranger.get(f"/api/runs/{told.pk}/measurements/").json()
    assert found["columns"]["step"] == [0, 100] and found["columns"]["value"] == [2.0, None]
    assert found["generation"] == 1
    again = stranger.get(f"/api/runs/{told.pk}/measurements/", after=found["last_chunk"]).json()
    assert again["columns"]["step"] == [] and again["last_chunk"] == found["last_chunk"]


def test_measurements_download_as_parquet_and_csv(stranger: Caller, told: Run) -> None:
    reply = stranger.get(f"/api/runs/{told.pk}/measurements/", format="parquet")
    assert f'filename="run-{told.pk}-measurements.parquet"' in reply["Content-Disposition"]
    parquet = pyarrow.parquet.read_table(io.BytesIO(reply.content))
    csv = pyarrow.csv.read_csv(io.BytesIO(stranger.get(f"/api/runs/{told.pk}/measurements/", format="csv").content))
    assert parquet["value"].to_pylist() == csv["value"].to_pylist() == [2.0, math.inf]
    assert parquet.column_names == csv.column_names


def test_packed_measurements_are_those_of_the_parquet_file_at_each_grid_point(stranger: Caller, alice: User) -> None:
    run = make_run(alice, sweep='[sweep]\n"task.modulus" = [5, 7]\n')
    for shard in run.shards.order_by("index"):
        granted = claim(shard, make_worker(alice))
        events = [measured((0, step, shard.point + step / 10)) for step in (0, 100)]
        store_batch(lease=granted.lease, batch=batch(granted, 0, *events))
    asked = f"/api/runs/{run.pk}/measurements/"
    packed = together(parts_of(stranger.get(asked, format="packed").content))
    parquet = pyarrow.parquet.read_table(io.BytesIO(stranger.get(asked, format="parquet").content))
    assert packed.to_pylist() == parquet.to_pylist()
    assert packed["point"].to_pylist() == [0, 0, 1, 1]


def test_run_without_measurements_has_empty_columns(stranger: Caller, run: Run) -> None:
    for kind in ("json", "parquet", "csv", "packed"):
        assert stranger.get(f"/api/runs/{run.pk}/measurements/", format=kind).status_code == 200


def test_files_are_listed_with_their_addresses(stranger: Caller, told: Run) -> None:
    first = stranger.get(f"/api/runs/{told.pk}/artifacts/").json()["artifacts"][0]
    assert (first["name"], first["seed"], first["step"], first["shard"]) == (NAME, 0, 100, 0)
    reply = stranger.get(first["url"].removeprefix("http://testserver"))
    content = b"".join(reply.streaming_content)
    assert hashlib.sha256(content).hexdigest() == first["sha256"]
    filename = f"run-{told.pk}-shard-0-checkpoints-seed-0-step-00000100.safetensors"
    assert f'filename="{filename}"' in reply["Content-Disposition"]


def test_file_that_several_shards_have_must_be_told_apart(stranger: Caller, alice: User, bob: User) -> None:
    run = make_run(alice, sweep='[sweep]\n"task.modulus" = [5, 7]\n')
    worker = make_worker(bob, slots=2)
    for shard in run.shards.order_by("index"):
        granted = claim(shard, worker)
        store_batch(lease=granted.lease, batch=batch(granted, 0, artifact_event(NAME, b"point %d" % shard.point)))
    address = f"/api/runs/{run.pk}/artifacts/{NAME}/"
    refused = stranger.get(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "ambiguous")
    assert b"".join(stranger.get(address, shard=1).streaming_content) == b"point 1"


def test_panels_are_served_as_numbers(stranger: Caller, told: Run) -> None:
    (found,) = stranger.get(f"/api/runs/{told.pk}/panels/").json()["panels"]
    assert found["series"][0]["y"] == [1.0, 2.0]


@pytest.mark.parametrize("path", ["", "cancel/", "measurements/", "artifacts/", "artifacts/x/", "panels/"])
@pytest.mark.parametrize("pk", [10**6, 2**63, 2**90])
def test_run_that_is_not_there_is_not_found(path: str, pk: int, as_alice: Caller) -> None:
    call = as_alice.post if path == "cancel/" else as_alice.get
    missing = call(f"/api/runs/{pk}/{path}")
    assert missing.status_code == 404 and set(missing.json()) == {"code", "detail", "fields"}


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30])
def test_cursor_that_is_no_number_is_refused(after: str, stranger: Caller, run: Run) -> None:
    refused = stranger.get(f"/api/runs/{run.pk}/measurements/", after=after)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["after"])


def test_file_that_is_not_there_is_not_found(stranger: Caller, told: Run) -> None:
    assert stranger.get(f"/api/runs/{told.pk}/artifacts/../../etc/passwd/").status_code == 404
    assert stranger.get(f"/api/runs/{told.pk}/artifacts/%00/").status_code == 404
    assert stranger.get(f"/api/runs/{told.pk}/artifacts/{NAME}/", shard=9).status_code == 404
