"""Whatever is sent, the answer is a clear refusal, and nothing is half stored."""

import hashlib
import json
import socket
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.live_server_helper import LiveServer

from experiments.models import Blob, MeasurementChunk, Run, Shard, SubmittedRecipe, Worker
from experiments.services.leases import Granted
from tests.experiments.api.conftest import Caller
from tests.experiments.making import claim, make_problem, recipe_toml

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(shard: Shard, worker: Worker) -> Caller:
    granted: Granted = claim(shard, worker)
    return Caller(f"Run {granted.secret}")


@pytest.mark.parametrize(
    ("good", "bad", "field"),
    [
        ('name = "modular-addition"', 'name = "telepathy"', "task"),
        ("modulus = 7", "modulus = -7", "task.modulus"),
        ("steps = 100", 'steps = "100"', "training.steps"),
        ("steps = 100", "steps = 1_000_000_000", "training.steps"),
        ("steps = 100", "steps = nan", "training.steps"),
        ('problem = "5.3"', 'problem = "9.999"', "problem"),
        ('problem = "5.3"', "problem = 5.3", "problem"),
        ("seeds = [0, 1]", "seeds = []", "seeds"),
    ],
)
def test_bad_recipe_is_refused_with_its_field(good: str, bad: str, field: str, as_alice: Caller) -> None:
    make_problem()
    refused = as_alice.post("/api/recipes/", {"toml": recipe_toml().replace(good, bad)})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_recipe")
    assert any(name.startswith(field) for name in refused.json()["fields"]), refused.json()
    assert refused.json()["errors"][0]["line"]
    assert not SubmittedRecipe.objects.exists()


def test_body_of_ten_megabytes_is_too_large(as_alice: Caller, holder: Caller, shard: Shard) -> None:
    body = {"toml": "#" * 10 * 1024 * 1024}
    for caller, address in ((as_alice, "/api/recipes/"), (as_alice, "/api/recipes/check/")):
        assert caller.post(address, body).status_code == 413
    refused = holder.post(f"/api/shards/{shard.pk}/events/", {"epoch": 1, "seq": 0, "events": ["#" * 10 * 1024 * 1024]})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_recipe_text_beyond_its_bound_is_refused(as_alice: Caller) -> None:
    refused = as_alice.post("/api/recipes/", {"toml": "#" * 70_000})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_recipe")


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("heartbeat", {"epoch": "1"}, "epoch"),
        ("heartbeat", {"epoch": 2**40}, "epoch"),
        ("events", {"epoch": 1, "seq": -1, "events": []}, "seq"),
        ("events", {"epoch": 1, "seq": 0, "events": [{"kind": "virus"}]}, "events.0"),
        ("events", {"epoch": 1, "seq": 0, "events": [{"kind": "measurements"}]}, "events.0.measurements.arrow"),
        ("finish", {"epoch": 1, "result": "failed"}, ""),
        ("finish", {"epoch": 1, "result": "succeeded", "device_seconds": -1}, "device_seconds"),
    ],
)
def test_bad_word_of_a_worker_is_refused_with_its_field(
    call: str, body: dict[str, Any], field: str, holder: Caller, shard: Shard
) -> None:
    refused = holder.post(f"/api/shards/{shard.pk}/{call}/", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]
    shard.refresh_from_db()
    assert shard.state == "running" and not MeasurementChunk.objects.exists()


def test_bad_uploads_leave_nothing(holder: Caller, shard: Shard) -> None:
    sha256 = hashlib.sha256(b"weights").hexdigest()
    address = f"/api/shards/{shard.pk}/blobs"
    refusals = [
        holder.put(f"{address}/{sha256}/", b"weightz"),
        holder.put(f"{address}/{sha256}/", b"weights", CONTENT_LENGTH=str(2**40)),
        holder.put(f"{address}/{sha256}/", b"weights", CONTENT_LENGTH="seven"),
        holder.put(f"{address}/{sha256[:-1]}Z/", b"weights"),
    ]
    found = [(refused.status_code, refused.json()["code"]) for refused in refusals]
    assert found == [(422, "wrong_hash"), (413, "too_large"), (411, "length_required"), (422, "wrong_hash")]
    assert not Blob.objects.exists()
    assert holder.get(f"{address}/{sha256}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_upload_cut_off_on_its_way_is_refused_and_leaves_nothing(
    live_server: LiveServer, shard: Shard, worker: Worker
) -> None:
    address = f"/api/shards/{shard.pk}/blobs/{hashlib.sha256(b'weights').hexdigest()}/"
    head = f"PUT {address} HTTP/1.0\r\nAuthorization: Run {claim(shard, worker).secret}\r\nContent-Length: 100\r\n\r\n"
    host, port = live_server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode() + b"weights")
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 422") and b'"code":"truncated"' in answer
    assert b"7 of 100 bytes arrived" in answer and not Blob.objects.exists()


def test_missing_files_keep_a_run_from_success(holder: Caller, shard: Shard) -> None:
    named = {"name": "last", "kind": "checkpoint", "sha256": "0" * 64, "n_bytes": 7}
    refused = holder.post(f"/api/shards/{shard.pk}/finish/", {"epoch": 1, "result": "succeeded", "manifest": [named]})
    assert (refused.status_code, refused.json()["code"]) == (422, "missing_blobs")
    assert list(refused.json()["fields"]) == ["last"]
    assert Run.objects.get().state == "running"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "title",
    "problem",
    "seeds",
    "stack",
    "task",
    "model",
    "training",
    "checkpoints",
    "measures",
    "sweep",
    "expect",
)
recipes = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, anything))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recipe=recipes, base=st.booleans())
def test_no_recipe_data_breaks_the_check(recipe: dict[str, Any], base: bool) -> None:
    good = {"title": "t", "problem": "5.3", "task": {"name": "modular-addition"}, "measures": [{"name": "loss"}]}
    body = json.dumps({"recipe": good | recipe if base else recipe})
    answer = Client().post("/api/recipes/check/", body, content_type="application/json")
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or answer.json()["errors"] or answer.json()["digest"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.permutations(recipe_toml().splitlines()), noise=st.text(max_size=8), place=st.integers(0, 20))
def test_no_recipe_text_breaks_the_check(lines: list[str], noise: str, place: int) -> None:
    lines.insert(place, noise)
    body = json.dumps({"toml": "\n".join(lines)})
    answer = Client().post("/api/recipes/check/", body, content_type="application/json")
    assert answer.status_code == 200 or answer.json()["code"] == "invalid"  # a lone surrogate is no text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60) | anything.map(lambda data: json.dumps(data).encode()))
def test_no_body_breaks_the_api(body: bytes) -> None:
    for address in ("/api/recipes/check/", "/api/recipes/", "/api/tokens/", "/api/worker/announce/"):
        assert 400 <= Client().post(address, body, content_type="application/json").status_code < 500
