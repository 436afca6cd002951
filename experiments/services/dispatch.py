"""Which shard goes to which class of workers now. The database is the queue; a message only says "come and claim".

What a pass costs grows with the workers and with the people who wait, never with the length of the queue: every
question is answered from an index. `deploy/BENCHMARKS.md` has the figures.
"""

import datetime
import heapq
import math
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from experiments.models import DispatchPass, Shard, Worker
from experiments.models.runs import ShardQuerySet
from experiments.recipe.engine import vocabulary_digest
from experiments.services import fair_share, wake_ups
from experiments.services.fair_share import InHand
from experiments.services.pauses import what_is_paused
from experiments.services.quotas import running_limits

CLASSES = ("gpu", "cpu")  # a shard that runs anywhere goes to the faster class while it has room


def dispatch() -> int:
    """One pass: send as many wake-ups as there are free slots, in fair order. The number that was sent."""
    now = timezone.now()
    with transaction.atomic():
        _lock_dispatcher(now)
        chosen = _choose(now)
        _mark(chosen, now)
    # A crash from here on costs the lifetime of a wake-up, no more: the marks then read as lost messages.
    for position, (shard_id, hardware_class) in enumerate(chosen):
        if not wake_ups.wake_worker(shard_id, hardware_class=hardware_class):
            _unmark([pk for pk, _ in chosen[position:]], now)
            return position
    return len(chosen)


def _lock_dispatcher(now: datetime.datetime) -> None:
    """One dispatcher at a time, on PostgreSQL by the row's lock and on SQLite by the transaction's."""
    while not DispatchPass.objects.filter(pk=1).update(last_at=now):
        DispatchPass.objects.get_or_create(pk=1)


def _mark(chosen: list[tuple[int, str]], now: datetime.datetime) -> None:
    """Locked in the order in which a cancel locks them, then marked at once for each class."""
    in_order = Shard.objects.filter(pk__in=[pk for pk, _ in chosen]).order_by("pk")
    list(in_order.select_for_update(no_key=True).values_list("pk"))
    for hardware_class in CLASSES:
        shard_ids = [pk for pk, given_to in chosen if given_to == hardware_class]
        if shard_ids:
            Shard.objects.filter(pk__in=shard_ids).update(
                dispatched_at=now, dispatched_to=hardware_class, offered_since=Coalesce("offered_since", Value(now))
            )


def _unmark(shard_ids: list[int], marked_at: datetime.datetime) -> None:
    Shard.objects.filter(pk__in=shard_ids, dispatched_at=marked_at).update(
        dispatched_at=None, dispatched_to="", offered_since=None
    )


@dataclass(frozen=True)
class Hands:
    """Shards that workers hold or are about to: no more of them than there are slots."""

    of_worker: Counter[int | None]
    of_user: defaultdict[int | None, InHand]
    on_their_way: Counter[str]  # by the class they were offered to


def in_hand(now: datetime.datetime) -> Hands:
    """Counted here rather than by GROUP BY, for which SQLite walks through every shard there ever was."""
    held = list(Shard.objects.held().order_by().values_list("worker", "submitter", "dispatched_at"))
    offered = list(Shard.objects.awaiting_claim(now).order_by().values_list("dispatched_to", "submitter"))
    of_user: defaultdict[int | None, InHand] = defaultdict(InHand)
    for _, user, offered_at in held:  # it was taken as soon as it was offered
        of_user[user] = of_user[user].with_shard(max((now - (offered_at or now)).total_seconds(), 0.0))
    for _, user in offered:
        of_user[user] = of_user[user].with_shard(0.0)
    return Hands(
        of_worker=Counter(worker for worker, _, _ in held),
        of_user=of_user,
        on_their_way=Counter(hardware_class for hardware_class, _ in offered),
    )


class Taker(NamedTuple):
    """An accepting worker with a free slot."""

    n_free: int
    hardware_class: str
    vocabulary: str
    memory_bytes: float  # infinite for one that announces none


def takers_among_workers(hands: Hands, now: datetime.datetime) -> list[Taker]:
    columns = ("pk", "slots", "hardware_class", "vocabulary", "memory_bytes")
    workers = Worker.objects.accepting(now).order_by().values_list(*columns)
    return [
        Taker(slots - hands.of_worker[pk], hardware_class, vocabulary, memory_bytes or math.inf)
        for pk, slots, hardware_class, vocabulary, memory_bytes in workers
        if slots > hands.of_worker[pk]
    ]


def free_slots(hardware_class: str, takers: Sequence[Taker], hands: Hands) -> int:
    """Slots that neither hold a shard nor have a wake-up on its way."""
    open_slots = sum(taker.n_free for taker in takers if taker.hardware_class == hardware_class)
    return max(open_slots - hands.on_their_way[hardware_class], 0)


def _choose(now: datetime.datetime) -> list[tuple[int, str]]:
    """Shards with the class each goes to: again and again the oldest of whoever is furthest behind."""
    hands, paused = in_hand(now), what_is_paused()
    takers = takers_among_workers(hands, now)
    room = {c: 0 if c in paused.classes else free_slots(c, takers, hands) for c in CLASSES}
    if not any(room.values()):
        return []
    needs = _needs_per_user(room)
    for user_id in paused.people:
        needs.pop(user_id, None)
    limits, fitting = running_limits(), Fitting.of([taker for taker in takers if room[taker.hardware_class]])
    heap = fair_share.standing(hands.of_user, needs, now=now)
    heapq.heapify(heap)
    queues: dict[int | None, deque[tuple[int, str]]] = {}
    chosen: list[tuple[int, str]] = []
    while heap and any(room.values()):
        first = heapq.heappop(heap)
        user = first.user_id
        if user not in queues:
            allowed = limits.get(user or 0, settings.RUNNING_SHARDS_PER_USER)
            limit = min(sum(room.values()), allowed - hands.of_user[user].n_shards)
            queues[user] = deque(_oldest(user, needs[user], fitting, limit=limit, now=now))
        if _take_one(queues[user], room, chosen):
            heapq.heappush(heap, first.with_one_more())
    return chosen


def _needs_per_user(room: dict[str, int]) -> dict[int | None, list[str]]:
    """Everybody with a queued shard that fits a class with room, and which of the needs that fit their shards have."""
    needs: defaultdict[int | None, list[str]] = defaultdict(list)
    for need in ("any", *(hardware_class for hardware_class in CLASSES if room[hardware_class])):
        for user in Shard.objects.people_waiting_for(need):
            needs[user].append(need)
    return needs


def _take_one(queue: deque[tuple[int, str]], room: dict[str, int], chosen: list[tuple[int, str]]) -> bool:
    """Choose the first shard of a queue that finds room; False when none does."""
    while queue:
        shard_id, needs = queue.popleft()
        hardware_class = next((c for c in CLASSES if room[c] and needs in ("any", c)), None)
        if hardware_class:
            room[hardware_class] -= 1
            chosen.append((shard_id, hardware_class))
            return True
    return False


def held_per_user(now: datetime.datetime) -> defaultdict[int | None, InHand]:
    """What each person holds or is about to."""
    return in_hand(now).of_user


@dataclass(frozen=True)
class Fitting:
    """What the workers with a free slot can take. A shard none of them can would come first again in every pass, be
    refused each time, and let nobody pass."""

    vocabularies: frozenset[str]
    memory: dict[str, float]  # by class, of the largest

    @classmethod
    def of(cls, takers: Sequence[Taker]) -> Self:
        memory: defaultdict[str, float] = defaultdict(float)
        for taker in takers:
            memory[taker.hardware_class] = max(memory[taker.hardware_class], taker.memory_bytes)
        return cls(frozenset(taker.vocabulary for taker in takers), memory)

    def of_need(self, need: str, mine: ShardQuerySet) -> ShardQuerySet:
        largest = max(self.memory.get(c, 0.0) for c in CLASSES if need in ("any", c))
        if largest < math.inf:
            mine = mine.filter(memory_bytes__lte=int(largest))
        if not self.vocabularies & {"", vocabulary_digest()}:  # whoever reads today's reads every recipe
            mine = mine.filter(run__recipe__vocabulary__in=self.vocabularies)
        return mine.filter(hardware_class=need)


def _oldest(
    user: int | None, needs: Sequence[str], fitting: Fitting, *, limit: int, now: datetime.datetime
) -> list[tuple[int, str]]:
    """A person's oldest run first, and within it the order of the grid, so a retried shard does not wait again."""
    if limit <= 0:
        return []
    mine = Shard.objects.dispatchable(now).filter(submitter=user).order_by("run_id", "index")
    columns = ("run_id", "index", "pk", "hardware_class")
    # One question for each need: the index answers each in order, and only the first few rows are read.
    of_each_need = [fitting.of_need(need, mine).values_list(*columns)[:limit] for need in needs]
    return [(pk, need) for _, _, pk, need in heapq.merge(*of_each_need)][:limit]
