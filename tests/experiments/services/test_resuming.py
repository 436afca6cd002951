"""A shard goes on where its last resume state is: no point twice, none missing."""

import pytest

from experiments.models import LastValue, Run, Shard, Worker
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.leases import Granted, reap_expired
from experiments.services.measurements import generation, read_measurements
from experiments.services.refusals import Unprocessable
from tests.experiments.making import artifact_event, batch, claim, go_silent, measured, panel, succeeded

pytestmark = pytest.mark.django_db


def resume_at(step: int) -> object:
    return artifact_event(f"resume/{step}", b"state %d" % step, kind="resume", step=step)


def checkpoint(step: int) -> object:
    return artifact_event(f"checkpoints/{step}", b"weights %d" % step, seed=0, step=step)


def claimed_again(shard: Shard, worker: Worker) -> Granted:
    go_silent(shard)
    reap_expired()
    shard.refresh_from_db()
    return claim(shard, worker)


def tell(granted: Granted, seq: int, *events: object) -> None:
    store_batch(lease=granted.lease, batch=batch(granted, seq, *events))


@pytest.fixture
def interrupted(shard: Shard, worker: Worker) -> Shard:
    """Told up to step 30, with a resume state at 20, in chunks of which one spans that step."""
    granted = claim(shard, worker)
    tell(granted, 0, measured((0, 0, 9.0), (1, 0, 9.1)), checkpoint(0))
    tell(granted, 1, measured((0, 10, 8.0), (0, 20, 7.0)), checkpoint(20), resume_at(20))
    tell(granted, 2, measured((0, 20, 0.5), (0, 25, 0.6), (0, 30, 0.7), measure="accuracy"), checkpoint(30))
    tell(granted, 3, measured((0, 30, 6.0)), artifact_event("panels/curve.json", panel(0), kind="panel"))
    return shard


def test_claim_says_where_to_go_on_and_with_which_files(interrupted: Shard, worker: Worker) -> None:
    granted = claimed_again(interrupted, worker)
    assert (granted.lease.resume_step, granted.lease.epoch) == (20, 2)
    names = sorted(interrupted.artifacts.values_list("name", flat=True))
    assert names == ["checkpoints/0", "checkpoints/20", "resume/20"]


def test_points_after_the_resume_step_are_dropped(run: Run, interrupted: Shard, worker: Worker) -> None:
    claimed_again(interrupted, worker)
    table, _ = read_measurements(run)
    kept = list(zip(*(table[name].to_pylist() for name in ("measure", "seed", "step", "value")), strict=True))
    assert kept == [("loss", 0, 0, 9.0), ("loss", 1, 0, 9.1), ("loss", 0, 10, 8.0), ("loss", 0, 20, 7.0)] + [
        ("accuracy", 0, 20, 0.5)
    ]
    last = LastValue.objects.order_by("measure", "seed").values_list("measure", "seed", "step", "value")
    assert list(last) == [("accuracy", 0, 20, 0.5), ("loss", 0, 20, 7.0), ("loss", 1, 0, 9.1)]


def test_points_up_to_the_resume_step_are_not_taken_again(interrupted: Shard, worker: Worker) -> None:
    granted = claimed_again(interrupted, worker)
    with pytest.raises(Unprocessable, match="steps 20 to 30; allowed: 21 to 100"):
        tell(granted, 0, measured((0, 20, 7.0), (0, 30, 6.0)))
    tell(granted, 0, measured((0, 21, 7.0), (0, 30, 6.0)))


def test_without_a_resume_state_everything_is_dropped(run: Run, shard: Shard, worker: Worker) -> None:
    granted = claim(shard, worker)
    tell(granted, 0, measured((0, 0, 9.0), (0, 10, 8.0)), checkpoint(0))
    again = claimed_again(shard, worker)
    assert again.lease.resume_step is None
    assert read_measurements(run)[0].num_rows == 0 and not LastValue.objects.exists()
    assert not shard.artifacts.exists()
    tell(again, 0, measured((0, 0, 9.0)))


def test_readers_learn_that_points_may_be_gone(run: Run, interrupted: Shard, worker: Worker) -> None:
    before = generation(run)
    claimed_again(interrupted, worker)
    assert generation(run) == before + 1


def test_resume_state_is_dropped_after_success(interrupted: Shard, worker: Worker) -> None:
    granted = claimed_again(interrupted, worker)
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert not interrupted.artifacts.filter(kind="resume").exists()
    assert interrupted.artifacts.filter(kind="checkpoint").count() == 2
