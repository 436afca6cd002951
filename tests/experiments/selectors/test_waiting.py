"""Every reason a shard can have for not being at its end: the case, what makes it, and the sentence that is shown."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import timezone

from experiments.models import Shard, State, Worker
from experiments.selectors.reasons import Reason, Wait
from experiments.selectors.waiting import PASSED_ON, why_shards_wait
from experiments.services.dispatch import dispatch
from experiments.services.leases import reap_expired
from experiments.services.pauses import pause_class, pause_person
from experiments.services.quotas import set_quota
from experiments.services.runs import request_cancel
from experiments.services.workers import ask_to_drain
from problems.models import User
from tests.experiments.making import claim, go_silent, make_run, make_worker

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def scene(shard: Shard, alice: User, bob: User, carol: User) -> Scene:
    return Scene(shard, alice, bob, carol)


def seen(shard: Shard) -> Wait:
    return why_shards_wait([Shard.objects.select_related(*PASSED_ON).get(pk=shard.pk)])[shard.pk]


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


def lost_before(s: Scene) -> None:
    s.hold()
    go_silent(s.shard)
    reap_expired()


def running(s: Scene) -> None:
    s.hold()
    Shard.objects.update(seconds_left=90.0)


def silent(s: Scene) -> None:
    s.hold()
    s.heard(seconds_ago=36)


def overdue(s: Scene) -> None:
    s.hold()
    s.heard(seconds_ago=61)


def cancelling(s: Scene) -> None:
    s.hold()
    request_cancel(run=s.shard.run, by=s.alice)


def finishing(s: Scene) -> None:
    s.hold()
    Shard.objects.update(state=State.FINISHING)


CASES: dict[Reason, list[tuple[Callable[[Scene], None], str]]] = {
    Reason.NO_WORKER: [
        (nobody, "No worker of any class is connected and none has ever been. The shard starts when one is there."),
        (only_cpu, "No worker of class gpu is connected and none has ever been. Connected: 1 of class cpu."),
        (gone_worker, "No worker of any class is connected since 2026-01-02 03:04 UTC."),
        (drained_worker, "Every connected worker of any class is stopping or asked to take nothing new."),
    ],
    Reason.CLASS_PAUSED: [(paused_class, "Class cpu is paused by @carol: The cooling fails. It keeps its place")],
    Reason.PERSON_PAUSED: [(paused_person, "The runs of @alice are paused by @carol: A sweep too many. It keeps")],
    Reason.OFFERED: [(offered, "Offered to a cpu worker 0 s ago; not taken yet.")],
    Reason.ENGINE_TOO_OLD: [(old_engine, "Every connected worker has an older engine, which does not read this")],
    Reason.TOO_LARGE: [(small_machine, "Needs 300.0 MiB of memory; the largest connected worker has 100.0 MiB.")],
    Reason.NO_ROOM: [
        (little_room, "Needs 300.0 MiB of memory; the worker with most room beside what it runs has 100.0")
    ],
    Reason.QUOTA: [(at_the_limit, "Waits for another shard of @alice: at most 1 run at once.")],
    Reason.SLOTS_BUSY: [(busy_slots, "Waits for a free slot: 0 shards before it, 1 slot in all.")],
    Reason.NEXT: [(next_in_turn, "A slot is free: it is offered to a worker within 5 s.")],
    Reason.RETRY: [(lost_before, "Attempt 1 of 3 ended 0 s ago: its worker was lost. A slot is free")],
    Reason.RUNNING: [(running, "Worker bench-1 carries it out, last heard of 0 s ago.")],
    Reason.SILENT: [
        (silent, "Worker bench-1 is silent, last heard of 36 s ago; the shard goes back to the queue in 8 s"),
        (overdue, "Worker bench-1 is silent, last heard of 61 s ago; the shard goes back to the queue now."),
    ],
    Reason.CANCELLING: [(cancelling, "Being cancelled: worker bench-1 is told at its next word, last heard of 0 s")],
    Reason.FINISHING: [(finishing, "Worker bench-1 is done; the site verifies its files.")],
}
TABLE = [(make, reason, sentence) for reason, cases in CASES.items() for make, sentence in cases]


@pytest.mark.parametrize(("make", "reason", "sentence"), TABLE, ids=lambda value: getattr(value, "__name__", None))
def test_every_case_says_what_it_waits_for_and_since_when(scene, make, reason, sentence) -> None:
    make(scene)
    wait = seen(scene.shard)
    assert (wait.reason, wait.sentence[: len(sentence)]) == (reason, sentence)
    assert wait.since <= timezone.now()
    has_place = scene.shard.run.shards.get().state == State.QUEUED and reason != Reason.PERSON_PAUSED
    assert (wait.place is not None) == has_place


def test_no_reason_is_left_out_of_the_table() -> None:
    assert set(Reason) - set(CASES) == {Reason.BEHIND}  # which takes a second shard: see below
