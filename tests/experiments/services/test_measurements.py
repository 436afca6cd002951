"""Measurements and panels as readers get them."""

import pytest

from experiments.models import Run, Shard, Worker
from experiments.services.events import store_batch
from experiments.services.leases import Granted
from experiments.services.measurements import Trace, curves, read_measurements, thinned
from experiments.services.panels import panels_of
from problems.models import User
from tests.experiments.making import artifact_event, batch, claim, make_run, make_worker, measured, panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(shard: Shard, worker: Worker) -> Granted:
    return claim(shard, worker)


def tell(granted: Granted, seq: int, *events: object) -> None:
    store_batch(lease=granted.lease, batch=batch(granted, seq, *events))


def test_only_what_is_new_is_read(run: Run, granted: Granted) -> None:
    tell(granted, 0, measured((0, 0, 3.0)))
    table, newest = read_measurements(run)
    assert table.num_rows == 1
    tell(granted, 1, measured((0, 1, 2.0)))
    table, newest = read_measurements(run, after_chunk=newest)
    assert table["step"].to_pylist() == [1]
    assert read_measurements(run, after_chunk=newest)[0].num_rows == 0


def test_each_row_knows_its_grid_point(alice: User, bob: User) -> None:
    run = make_run(alice, sweep='[sweep]\n"task.modulus" = [5, 7]\n')
    worker = make_worker(bob, slots=2)
    for shard in run.shards.order_by("index"):
        tell(claim(shard, worker), 0, measured((0, 0, shard.point)))
    table, _ = read_measurements(run)
    assert table["point"].to_pylist() == table["value"].to_pylist() == [0, 1]


def test_curves_are_traces_in_step_order(run: Run, granted: Granted) -> None:
    tell(granted, 0, measured((0, 0, 3.0), (1, 0, 4.0), (0, 5, float("nan"))))
    tell(granted, 1, measured((0, 9, 1.0)))
    first, second = curves(run)[0]
    assert first == Trace(0, "loss", "test", "", 0, steps=[0, 5, 9], values=[3.0, None, 1.0])
    assert second == Trace(0, "loss", "test", "", 1, steps=[0], values=[4.0])


def test_long_trace_keeps_its_ends_and_its_extremes() -> None:
    steps = list(range(20_000))
    values: list[float | None] = [0.0] * 20_000
    values[12_345], values[777] = 9.0, None
    long = Trace(0, "loss", "test", "", 0, steps=steps, values=values)
    short = thinned(long, 1500)
    assert len(short.steps) <= 1500 and short.steps == sorted(short.steps)
    assert {0, 777, 12_345, 19_999} <= set(short.steps)
    assert thinned(long, 1500) == short


def test_panels_of_shards_of_one_point_are_drawn_together(alice: User, bob: User) -> None:
    run = make_run(alice, seeds=(0, 1), stack=1)
    worker = make_worker(bob, slots=2)
    for shard in run.shards.order_by("index"):
        tell(claim(shard, worker), 0, artifact_event("panels/curve.json", panel(shard.seeds[0]), kind="panel"))
    (merged,) = panels_of(run)
    assert [series.seed for series in merged.series] == [0, 1]


def test_panels_of_different_points_are_told_apart(alice: User, bob: User) -> None:
    run = make_run(alice, sweep='[sweep]\n"task.modulus" = [5, 7]\n')
    worker = make_worker(bob, slots=2)
    for shard in run.shards.order_by("index"):
        tell(claim(shard, worker), 0, artifact_event("panels/curve.json", panel(0), kind="panel"))
    found = [(p.key, p.title) for p in panels_of(run)]
    assert found == [
        ("curve.point-0", "A curve (task.modulus = 5)"),
        ("curve.point-1", "A curve (task.modulus = 7)"),
    ]
