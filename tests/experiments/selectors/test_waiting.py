"""Every reason a shard can have for not being at its end: the case, what makes it, and the sentence that is shown."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from experiments.models import Shard, State
from experiments.selectors.reasons import Reason, Wait
from experiments.selectors.waiting import PASSED_ON, why_shards_wait
from problems.models import User
from tests.experiments.selectors import scenes
from tests.experiments.selectors.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(shard: Shard, alice: User, bob: User, carol: User) -> Scene:
    return Scene(shard, alice, bob, carol)


def seen(shard: Shard) -> Wait:
    return why_shards_wait([Shard.objects.select_related(*PASSED_ON).get(pk=shard.pk)])[shard.pk]


CASES: dict[Reason, list[tuple[Callable[[Scene], None], str]]] = {
    Reason.NO_WORKER: [
        (
            scenes.nobody,
            "No worker of any class is connected and none has ever been. The shard starts when one is there.",
        ),
        (scenes.only_cpu, "No worker of class gpu is connected and none has ever been. Connected: 1 of class cpu."),
        (scenes.gone_worker, "No worker of any class is connected since 2026-01-02 03:04 UTC."),
        (scenes.drained_worker, "Every connected worker of any class is stopping or asked to take nothing new."),
        (scenes.full_disk, "Every connected worker of any class has a full disk, is stopping or asked to take nothing"),
    ],
    Reason.CLASS_PAUSED: [
        (scenes.paused_class, "Class cpu is paused by @carol: The cooling fails. It keeps its place")
    ],
    Reason.PERSON_PAUSED: [
        (scenes.paused_person, "The runs of @alice are paused by @carol: A sweep too many. It keeps")
    ],
    Reason.OFFERED: [(scenes.offered, "Offered to a cpu worker 0 s ago; not taken yet.")],
    Reason.NOT_TAKEN: [
        (
            scenes.offered_in_vain,
            "Offered to a cpu worker 0 s ago; not taken yet. It has been offered for 90 s, and workers say that they "
            "are free (bench-1): see whether they reach the broker.",
        )
    ],
    Reason.LATER: [
        (
            scenes.storage_failed,
            "Attempt 1 of 3 ended 0 s ago: it failed for a reason that may pass. It is tried again at",
        )
    ],
    Reason.BROKER_AWAY: [
        (
            scenes.no_broker,
            "A slot is free, and no worker can be told: BrokerAway: the broker takes no messages. It is tried every",
        )
    ],
    Reason.DISPATCHER_AWAY: [
        (
            scenes.no_dispatcher,
            "A slot is free: it is offered to a worker when the site's dispatcher is back, last at work 90 s ago.",
        ),
        (
            scenes.never_a_dispatcher,
            "A slot is free: it is offered to a worker when the site's dispatcher is back, never",
        ),
    ],
    Reason.ENGINE_TOO_OLD: [
        (scenes.old_engine, "Every connected worker has an older engine, which does not read this")
    ],
    Reason.TOO_LARGE: [
        (scenes.small_machine, "Needs 300.0 MiB of memory; the largest connected worker has 100.0 MiB.")
    ],
    Reason.NO_ROOM: [
        (scenes.little_room, "Needs 300.0 MiB of memory; the worker with most room beside what it runs has 100.0")
    ],
    Reason.QUOTA: [(scenes.at_the_limit, "Waits for another shard of @alice: at most 1 run at once.")],
    Reason.SLOTS_BUSY: [(scenes.busy_slots, "Waits for a free slot: 0 shards before it, 1 slot in all.")],
    Reason.NEXT: [(scenes.next_in_turn, "A slot is free: it is offered to a worker within 5 s.")],
    Reason.RETRY: [(scenes.lost_before, "Attempt 1 of 3 ended 0 s ago: its worker was lost. A slot is free")],
    Reason.RUNNING: [(scenes.running, "Worker bench-1 carries it out, last heard of 0 s ago.")],
    Reason.SILENT: [
        (scenes.silent, "Worker bench-1 is silent, last heard of 36 s ago; the shard goes back to the queue in 8 s"),
        (scenes.overdue, "Worker bench-1 is silent, last heard of 61 s ago; the shard goes back to the queue now."),
        (
            scenes.overdue_and_no_reaper,
            "Worker bench-1 is silent, last heard of 61 s ago; the shard goes back to the queue when the site's reaper "
            "is back, last at work 100 s ago.",
        ),
    ],
    Reason.CANCELLING: [
        (scenes.cancelling, "Being cancelled: worker bench-1 is told at its next word, last heard of 0 s")
    ],
    Reason.FINISHING: [(scenes.finishing, "Worker bench-1 is done; the site verifies its files.")],
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
