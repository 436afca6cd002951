"""Batches of events: numbered, stored once, whole or not at all."""

import base64
import math
from typing import Any

import pyarrow as pa
import pytest

from experiments.columns import pack
from experiments.models import LastValue, MeasurementChunk, Run, RunEvent, Shard, Worker
from experiments.protocol import LogEvent, MeasurementsEvent, ProgressEvent
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.leases import Granted
from experiments.services.measurements import read_measurements
from experiments.services.refusals import Refused
from tests.experiments.making import artifact_event, batch, claim, measured, panel, stored_file, succeeded

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(shard: Shard, worker: Worker) -> Granted:
    return claim(shard, worker)


def store(granted: Granted, seq: int, *events: Any) -> bool:
    return store_batch(lease=granted.lease, batch=batch(granted, seq, *events)).stored


def refusal(granted: Granted, seq: int, *events: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        store(granted, seq, *events)
    return refused.value


def sent(data: bytes) -> MeasurementsEvent:
    return MeasurementsEvent(arrow=base64.b64encode(data).decode())


def test_replayed_batch_is_answered_and_not_stored_again(granted: Granted) -> None:
    assert store(granted, 0, measured((0, 0, 2.0)))
    assert not store(granted, 0, measured((0, 0, 2.0)))
    assert MeasurementChunk.objects.count() == 1


def test_batch_out_of_order_is_refused_and_nothing_of_it_stored(granted: Granted) -> None:
    refused = refusal(granted, 1, measured((0, 0, 2.0)))
    assert (refused.code, refused.http_status, refused.fields) == ("out_of_order", 422, {"seq": "expected 0"})
    assert not MeasurementChunk.objects.exists()
    assert store(granted, 0)


def test_batch_after_the_end_is_refused_but_a_replay_is_answered(granted: Granted) -> None:
    store(granted, 0, measured((0, 0, 2.0)))
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert refusal(granted, 1, measured((0, 1, 2.0))).code == "finished"
    assert not store(granted, 0)
    assert MeasurementChunk.objects.count() == 1


def test_one_bad_event_leaves_nothing_of_its_batch(granted: Granted) -> None:
    log = LogEvent(at="2026-01-01T00:00:00Z", text="hello")
    unknown = artifact_event("a", b"a").model_copy(deep=True)
    missing = unknown.model_copy(update={"artifact": unknown.artifact.model_copy(update={"sha256": "0" * 64})})
    refused = refusal(granted, 0, measured((0, 0, 1.0)), log, missing)
    assert (refused.code, list(refused.fields)) == ("missing_blobs", ["a"])
    assert not MeasurementChunk.objects.exists() and not RunEvent.objects.filter(kind="log").exists()
    assert store(granted, 0, log)


def test_values_that_are_not_finite_come_back_as_they_were(run: Run, granted: Granted) -> None:
    rows = ((0, 0, math.nan), (0, 1, math.inf), (0, 2, -math.inf), (1, 2, 1e-300))
    store(granted, 0, measured(*rows))
    values = read_measurements(run)[0]["value"].to_pylist()
    assert math.isnan(values[0]) and values[1:] == [math.inf, -math.inf, 1e-300]
    assert list(LastValue.objects.order_by("seed").values_list("step", "value")) == [(2, None), (2, 1e-300)]


def test_last_value_of_each_series_follows_the_newest_step(granted: Granted) -> None:
    store(granted, 0, measured((0, 0, 3.0), (1, 0, 4.0)), measured((0, 0, 0.1), measure="accuracy"))
    store(granted, 1, measured((0, 5, 2.0), (0, 9, 1.0)))
    found = LastValue.objects.order_by("measure", "seed").values_list("measure", "seed", "step", "value")
    assert list(found) == [("accuracy", 0, 0, 0.1), ("loss", 0, 9, 1.0), ("loss", 1, 0, 4.0)]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (measured((7, 0, 1.0)), "seeds [7] are not among"),
        (measured((0, 101, 1.0)), "allowed: 0 to 100"),
        (measured((0, -1, 1.0)), "allowed: 0 to 100"),
        (measured((0, 5, 1.0), (0, 4, 1.0)), "not in step order"),
        (measured(), "no rows"),
        (measured((0, 0, 1.0), measure="m" * 41), "longer than 40"),
        (measured((0, 0, 1.0), split="\x00"), "NUL"),
        (MeasurementsEvent(arrow="not base64!"), "cannot be read"),
        (MeasurementsEvent(arrow=base64.b64encode(b"garbage").decode()), "cannot be read"),
        (
            MeasurementsEvent(arrow=base64.b64encode(pa.compress(b"\0" * 10**8, "zstd", asbytes=True)).decode()),
            "more than",
        ),
    ],
)
def test_measurements_that_do_not_fit_the_shard_are_refused(
    event: MeasurementsEvent, said: str, granted: Granted
) -> None:
    refused = refusal(granted, 0, event)
    assert (refused.code, list(refused.fields)) == ("invalid", ["events.0.arrow"])
    assert said in refused.detail
    assert not MeasurementChunk.objects.exists()


def test_only_exactly_our_columns_are_taken(granted: Granted) -> None:
    sink = pa.BufferOutputStream()
    table = pa.table({"seed": [0], "step": [0], "value": ["a pickle"]})
    with pa.CompressedOutputStream(sink, "zstd") as stream, pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    assert "columns are seed int64" in refusal(granted, 0, sent(sink.getvalue().to_pybytes())).detail


def test_bytes_are_kept_as_they_came(granted: Granted) -> None:
    event = measured((0, 0, 2.0))
    store(granted, 0, event)
    assert bytes(MeasurementChunk.objects.get().data) == base64.b64decode(event.arrow)


def test_progress_and_log_lines_reach_the_shard_and_the_run(run: Run, shard: Shard, granted: Granted) -> None:
    older = ProgressEvent(phase="starting", step=0, steps=100)
    newer = ProgressEvent(phase="training", step=40, steps=100, seconds_left=6.0, device_use=0.5)
    store(granted, 0, older, LogEvent(at="12:00", text="a NUL \x00 in a log"), newer)
    shard.refresh_from_db()
    assert (shard.phase, shard.step, shard.seconds_left, shard.device_use) == ("training", 40, 6.0, 0.5)
    line = run.events.get(kind=RunEvent.Kind.LOG)
    assert (line.text, line.worker_clock, line.epoch) == ("a NUL \ufffd in a log", "12:00", 1)


def test_panel_that_no_page_could_draw_is_refused(granted: Granted) -> None:
    event = artifact_event("panels/bad.json", panel(0)[:-20], kind="panel")
    refused = refusal(granted, 0, event)
    assert refused.code == "invalid" and "panels/bad.json is not a panel" in refused.detail


def test_newer_resume_state_replaces_the_older_one(shard: Shard, granted: Granted) -> None:
    store(granted, 0, artifact_event("resume/10", b"ten", kind="resume", step=10))
    store(granted, 1, artifact_event("resume/20", b"twenty", kind="resume", step=20))
    assert [a.name for a in shard.artifacts.all()] == ["resume/20"]


def test_file_of_another_size_than_said_is_refused(granted: Granted) -> None:
    named = stored_file("a", b"four").model_copy(update={"n_bytes": 5})
    event = artifact_event("b", b"b").model_copy(update={"artifact": named})
    assert refusal(granted, 0, event).fields == {"a": "4 bytes, not 5"}


def test_packed_measurements_are_small() -> None:
    rows = {"seed": [0] * 1000, "step": range(1000), "measure": ["loss"] * 1000, "split": ["test"] * 1000}
    table = pa.table(rows | {"component": [""] * 1000, "value": [1 / (1 + step) for step in range(1000)]})
    assert len(pack(table)) < 10_000
