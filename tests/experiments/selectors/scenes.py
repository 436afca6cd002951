"""What can keep a shard from its end, one function each."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from experiments.models import Shard, SitePass, State, Worker
from experiments.protocol import Failure, FailureKind, Outcome
from experiments.services.dispatch import dispatch
from experiments.services.finishing import finish_shard
from experiments.services.leases import reap_expired
from experiments.services.pauses import pause_class, pause_person
from experiments.services.quotas import set_quota
from experiments.services.runs import request_cancel
from experiments.services.workers import ask_to_drain
from problems.models import User
from tests.experiments.making import claim, go_silent, make_run, make_worker


@dataclass
class Scene:
    """One shard of alice's, bob who lends a machine, and carol who is a curator."""

    shard: Shard
    alice: User
    bob: User
    carol: User

    def worker(self, **said) -> Worker:
        return make_worker(self.bob, **said)

    def hold(self, worker: Worker | None = None):
        return claim(self.shard, worker or self.worker())

    def fill(self, worker: Worker) -> None:
        """Bob's own shard takes the slot."""
        claim(make_run(self.bob).shards.get(), worker)

    def heard(self, seconds_ago: float) -> None:
        until = timezone.now() + datetime.timedelta(seconds=45 - seconds_ago)
        Shard.objects.filter(pk=self.shard.pk).update(lease_until=until)


def ran(job: str, *, seconds_ago: float, failed: str = "") -> None:
    at = timezone.now() - datetime.timedelta(seconds=seconds_ago)
    SitePass.objects.create(name=job, last_at=at, seconds=0.1, n_done=0, failed=failed)


def nobody(s: Scene) -> None:
    """No worker has ever been there."""


def only_cpu(s: Scene) -> None:
    s.worker()
    Shard.objects.update(hardware_class="gpu")


def gone_worker(s: Scene) -> None:
    worker = s.worker()
    Worker.objects.filter(pk=worker.pk).update(last_seen=datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC))


def drained_worker(s: Scene) -> None:
    ask_to_drain(worker=s.worker(), by=s.bob)


def full_disk(s: Scene) -> None:
    s.worker(disk_full=True)


def paused_class(s: Scene) -> None:
    s.worker()
    Shard.objects.update(hardware_class="cpu")
    pause_class(hardware_class="cpu", reason="The cooling fails.", by=s.carol)


def paused_person(s: Scene) -> None:
    s.worker()
    pause_person(user=s.alice, reason="A sweep too many", by=s.carol)


def offered(s: Scene) -> None:
    s.worker()
    dispatch()


def old_engine(s: Scene) -> None:
    s.worker(vocabulary="0" * 64)


def small_machine(s: Scene) -> None:
    worker = s.worker()
    Shard.objects.update(memory_bytes=300 * 2**20)
    Worker.objects.filter(pk=worker.pk).update(memory_bytes=100 * 2**20)


def little_room(s: Scene) -> None:
    worker = s.worker(slots=2)
    s.fill(worker)
    Shard.objects.update(memory_bytes=300 * 2**20)
    Worker.objects.filter(pk=worker.pk).update(memory_bytes=400 * 2**20)


def at_the_limit(s: Scene) -> None:
    claim(make_run(s.alice).shards.get(), s.worker(slots=4))
    set_quota(user=s.alice, reason="newcomer", by=s.carol, limits={"running_shards": 1})


def busy_slots(s: Scene) -> None:
    s.fill(s.worker())


def next_in_turn(s: Scene) -> None:
    s.worker()


def queued_for(seconds: float) -> None:
    long_ago = timezone.now() - datetime.timedelta(seconds=seconds)
    Shard.objects.update(queued_at=long_ago)
    Worker.objects.update(first_seen=long_ago)


def offered_in_vain(s: Scene) -> None:
    s.worker()
    dispatch()
    queued_for(100)
    Shard.objects.update(offered_since=timezone.now() - datetime.timedelta(seconds=90))


def no_broker(s: Scene) -> None:
    s.worker()
    ran("dispatch", seconds_ago=1, failed="BrokerAway: the broker takes no messages")


def no_dispatcher(s: Scene) -> None:
    s.worker()
    queued_for(100)
    ran("dispatch", seconds_ago=90)


def never_a_dispatcher(s: Scene) -> None:
    s.worker()
    queued_for(100)


def lost_before(s: Scene) -> None:
    s.hold()
    go_silent(s.shard)
    reap_expired()


def storage_failed(s: Scene) -> None:
    failure = Failure(failure=FailureKind.STORAGE, message="The bucket is full.")
    finish_shard(lease=s.hold().lease, outcome=Outcome(epoch=1, result="failed", failure=failure))


def running(s: Scene) -> None:
    s.hold()
    Shard.objects.update(seconds_left=90.0)


def silent(s: Scene) -> None:
    s.hold()
    s.heard(seconds_ago=36)


def overdue(s: Scene) -> None:
    s.hold()
    s.heard(seconds_ago=61)
    ran("reaper", seconds_ago=3)


def overdue_and_no_reaper(s: Scene) -> None:
    s.hold()
    s.heard(seconds_ago=61)
    ran("reaper", seconds_ago=100)


def cancelling(s: Scene) -> None:
    s.hold()
    request_cancel(run=s.shard.run, by=s.alice)


def finishing(s: Scene) -> None:
    s.hold()
    Shard.objects.update(state=State.FINISHING)
