"""Which worker is given which shard: by pause, drain, vocabulary and room."""

import pytest
from django.db.models import F

from experiments.models import Shard, State, SubmittedRecipe, Worker
from experiments.protocol import ClaimRequest
from experiments.recipe.engine import vocabulary_digest
from experiments.selectors.waiting import PASSED_ON, why_shards_wait
from experiments.services.admission import PATIENCE
from experiments.services.dispatch import dispatch
from experiments.services.finishing import finish_shard
from experiments.services.leases import recipe_data
from experiments.services.pauses import lift_pause, pause_class, pause_person
from experiments.services.refusals import Conflict, Forbidden, Unprocessable
from experiments.services.tokens import create_worker_token
from experiments.services.workers import announce_worker, ask_to_drain, let_work_again
from tests.experiments.api.conftest import Caller
from tests.experiments.making import announcement, claim, make_run, make_worker, succeeded
from tests.experiments.services.test_at_once import at_once

pytestmark = pytest.mark.django_db

OLD = "0" * 64


def refused(shard: Shard, worker: Worker) -> str:
    with pytest.raises(Conflict) as refusal:
        claim(shard, worker)
    shard.refresh_from_db()
    assert (shard.state, shard.dispatched_at, shard.epoch) == (State.QUEUED, None, 0)  # it is offered anew at once
    return refusal.value.code


def test_paused_class_starts_nothing_and_loses_nothing(alice, worker, carol) -> None:
    running, waiting = make_run(alice).shards.get(), make_run(alice).shards.get()
    granted = claim(running, worker)
    dispatch()
    pause = pause_class(hardware_class="cpu", reason="cooling", by=carol)
    assert refused(waiting, worker) == "paused" and dispatch() == 0
    assert finish_shard(lease=granted.lease, outcome=succeeded(granted)) == State.SUCCEEDED
    lift_pause(pause=pause, by=carol)
    assert dispatch() == 1 and claim(waiting, worker)


def test_paused_person_waits_and_others_do_not(alice, bob, carol, worker, broker) -> None:
    mine, theirs = make_run(alice).shards.get(), make_run(bob).shards.get()
    pause_person(user=alice, reason="too much", by=carol)
    Worker.objects.update(slots=2)
    assert dispatch() == 1 and broker.shards == [theirs.pk]
    assert refused(mine, worker) == "paused"


def test_only_curators_pause_and_they_say_why(alice, carol) -> None:
    with pytest.raises(Forbidden):
        pause_class(hardware_class="cpu", reason="mine", by=alice)
    for reason, hardware_class in ((" ", "cpu"), ("why", "tpu")):
        with pytest.raises(Unprocessable):
            pause_class(hardware_class=hardware_class, reason=reason, by=carol)
    pause = pause_class(hardware_class="cpu", reason="why", by=carol)
    with pytest.raises(Conflict, match="Class cpu is paused already."):
        pause_class(hardware_class="cpu", reason="again", by=carol)
    assert lift_pause(pause=pause, by=carol).lifted_at == lift_pause(pause=pause, by=carol).lifted_at


def test_draining_worker_gets_nothing_until_it_may_work_again(shard, worker, bob, alice) -> None:
    with pytest.raises(Forbidden):
        ask_to_drain(worker=worker, by=alice)
    worker = ask_to_drain(worker=worker, by=bob)
    assert dispatch() == 0 and refused(shard, worker) == "draining"
    worker = let_work_again(worker=worker, by=bob)
    assert dispatch() == 1 and claim(shard, worker)


def test_worker_with_a_full_disk_gets_nothing_until_there_is_room(shard, worker) -> None:
    for is_full in (True, False):
        said = announcement(disk_full=is_full)
        worker = announce_worker(token=worker.token, announcement=said)
        if is_full:
            assert dispatch() == 0 and refused(shard, worker) == "no_room"
    assert dispatch() == 1 and claim(shard, worker)


def test_worker_hears_of_the_drain_with_its_next_announcement(bob) -> None:
    made = create_worker_token(owner=bob)
    worker = announce_worker(token=made.token, announcement=announcement())
    caller, told = Caller(f"Worker {made.secret}"), []
    for change in (ask_to_drain, let_work_again):
        change(worker=worker, by=bob)
        told.append(caller.post("/api/worker/announce/", announcement()).json())
    assert told == [{"worker": worker.pk, "drain": True}, {"worker": worker.pk, "drain": False}]


def test_worker_of_an_older_vocabulary_is_given_no_new_recipe(shard, bob, broker) -> None:
    old = make_worker(bob, "old", vocabulary=OLD)
    assert dispatch() == 0 and refused(shard, old) == "engine_too_old"
    made = create_worker_token(owner=bob)
    Worker.objects.filter(pk=old.pk).update(token=made.token)
    said = Caller(f"Worker {made.secret}").post(
        f"/api/worker/shards/{shard.pk}/claim/", ClaimRequest(worker=old.pk, instance="i" * 32)
    )
    assert (said.status_code, said.json()["code"]) == (409, "engine_too_old")
    new = make_worker(bob, "new")
    assert dispatch() == 1 and claim(shard, new)


def test_it_is_given_recipes_of_its_own_vocabulary_word_for_word(shard, bob) -> None:
    SubmittedRecipe.objects.update(vocabulary=OLD)
    old = make_worker(bob, "old", vocabulary=OLD)
    assert dispatch() == 1
    granted = claim(shard, old)
    assert recipe_data(granted, old) == SubmittedRecipe.objects.get().resolved | {"sweep": {}}
    assert len(vocabulary_digest()) == 64


def test_shards_are_packed_as_long_as_their_peaks_fit_together(alice, bob) -> None:
    shards = [make_run(alice).shards.get() for _ in range(4)]
    worker = make_worker(bob, slots=4)
    Worker.objects.update(memory_bytes=3 * shards[0].memory_bytes)
    held = [claim(shard, worker) for shard in shards[:3]]
    assert refused(shards[3], worker) == "no_room"
    finish_shard(lease=held[0].lease, outcome=succeeded(held[0]))
    assert claim(shards[3], worker)


def test_a_large_shard_that_waits_for_room_is_not_passed_for_ever(alice, bob) -> None:
    first, second, third, large = (make_run(alice).shards.get() for _ in range(4))
    worker = make_worker(bob, slots=4)
    Worker.objects.update(memory_bytes=3 * first.memory_bytes)
    Shard.objects.filter(pk=large.pk).update(memory_bytes=3 * first.memory_bytes)
    held = [claim(first, worker)]
    assert refused(large, worker) == "no_room"
    held.append(claim(second, worker))  # for a while the small ones pass

    Worker.objects.update(kept_free_since=F("kept_free_since") - 2 * PATIENCE)
    assert refused(third, worker) == "no_room"
    waiting = why_shards_wait([Shard.objects.select_related(*PASSED_ON).get(pk=third.pk)])
    assert "larger shard" in waiting[third.pk].sentence
    for granted in held:
        finish_shard(lease=granted.lease, outcome=succeeded(granted))
    assert claim(large, worker)
    assert refused(third, worker) == "no_room"  # beside the large one there is no room indeed


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_once_do_not_share_one_room(alice, bob) -> None:
    shards = [make_run(alice).shards.get() for _ in range(2)]
    worker = make_worker(bob, slots=2)
    Worker.objects.update(memory_bytes=shards[0].memory_bytes + 1)
    answers = at_once(*[lambda s=shard: claim(s, worker) for shard in shards])
    assert sorted(getattr(answer, "code", "granted") for answer in answers) == ["granted", "no_room"]


def test_shard_no_free_worker_can_hold_lets_others_pass(alice, bob, broker) -> None:
    large, small = make_run(alice).shards.get(), make_run(bob).shards.get()
    Shard.objects.filter(pk=large.pk).update(memory_bytes=9 * 2**30)
    make_worker(bob)
    assert dispatch() == 1 and broker.shards == [small.pk]
    make_worker(bob, "large", memory_bytes=10 * 2**30)
    dispatch()
    assert large.pk in broker.shards


def test_shard_that_only_a_busy_worker_reads_lets_others_pass(alice, bob, broker) -> None:
    claim(make_run(bob).shards.get(), make_worker(bob, "new"))
    new, old = make_run(alice).shards.get(), make_run(bob).shards.get()
    SubmittedRecipe.objects.filter(runs=old.run_id).update(vocabulary=OLD)
    make_worker(bob, "old", vocabulary=OLD)
    assert dispatch() == 1 and broker.shards == [old.pk] != [new.pk]
