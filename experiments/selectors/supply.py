"""Workers, pauses and queues as they are at one moment; each is asked for once for a whole page, and only if needed."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone

from experiments.models import Lease, Pause, Shard, SitePass, Worker
from experiments.selectors.queue_order import Line, competing, counts_per_user
from experiments.services import fair_share
from experiments.services.dispatch import held_per_user
from experiments.services.fair_share import InHand
from experiments.services.paces import Pace, pace_on
from experiments.services.pauses import Paused, what_is_paused
from experiments.services.quotas import running_limits

ON_TIME = datetime.timedelta(seconds=30)  # a job of the site that is due every few seconds
A_WHILE = datetime.timedelta(seconds=60)


class Supply:
    def __init__(self, now: datetime.datetime | None = None) -> None:
        self.now = now or timezone.now()
        self._lines: dict[str, Line] = {}
        self._paces: dict[tuple[str, ...], Pace | None] = {}

    @cached_property
    def workers(self) -> list[Worker]:
        """Those that take new shards."""
        return list(Worker.objects.accepting(self.now).select_related("kept_free_for"))

    def workers_of(self, classes: Sequence[str]) -> list[Worker]:
        return [worker for worker in self.workers if worker.hardware_class in classes]

    @cached_property
    def held(self) -> dict[int, tuple[int, int]]:
        """By worker: the shards it holds, and their memory."""
        rows = Shard.objects.held().order_by().values_list("worker").annotate(n=Count("pk"), m=Sum("memory_bytes"))
        found: defaultdict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
        found.update({worker: (n, n_bytes) for worker, n, n_bytes in rows if worker is not None})
        return found

    def n_slots(self, classes: Sequence[str]) -> int:
        return sum(worker.slots for worker in self.workers_of(classes))

    def n_free_slots(self, classes: Sequence[str]) -> int:
        return sum(max(worker.slots - self.held[worker.pk][0], 0) for worker in self.workers_of(classes))

    def n_idle_slots(self, classes: Sequence[str]) -> int:
        """Slots that were free for the whole of the last minute."""
        workers = [worker for worker in self.workers_of(classes) if worker.first_seen < self.now - A_WHILE]
        n_free = sum(max(worker.slots - self.held[worker.pk][0], 0) for worker in workers)
        return n_free - sum(self._n_ended_lately[worker.pk] for worker in workers)

    @cached_property
    def _n_ended_lately(self) -> Counter[int | None]:
        return Counter(Lease.objects.filter(ended_at__gt=self.now - A_WHILE).values_list("worker", flat=True))

    @cached_property
    def _passes(self) -> dict[str, SitePass]:
        return SitePass.objects.in_bulk()

    def last_pass(self, job: str) -> SitePass | None:
        return self._passes.get(job)

    def is_away(self, job: str) -> bool:
        """Whether the site has not done this for longer than it may take."""
        last = self.last_pass(job)
        return last is None or self.now - last.last_at > ON_TIME

    def free_memory(self, worker: Worker) -> int:
        return max(worker.memory_bytes - self.held[worker.pk][1], 0)

    @cached_property
    def _paused(self) -> Paused:
        return what_is_paused()

    @property
    def paused_classes(self) -> dict[str, Pause]:
        return self._paused.classes

    @property
    def paused_people(self) -> dict[int, Pause]:
        return self._paused.people

    @cached_property
    def in_hand(self) -> defaultdict[int | None, InHand]:
        return held_per_user(self.now)

    @cached_property
    def _limits(self) -> dict[int, int]:
        return running_limits()

    def running_limit(self, user_id: int | None) -> int:
        return self._limits.get(user_id or 0, settings.RUNNING_SHARDS_PER_USER)

    def line(self, hardware_class: str) -> Line:
        if hardware_class not in self._lines:
            counts = counts_per_user(competing(hardware_class))
            counts = {user: n for user, n in counts.items() if user not in self.paused_people}
            standings = fair_share.standing(self.in_hand, counts, now=self.now)
            self._lines[hardware_class] = Line({standing.user_id: standing for standing in standings}, counts)
        return self._lines[hardware_class]

    def pace(self, classes: Sequence[str]) -> Pace | None:
        key = tuple(classes)
        if key not in self._paces:
            self._paces[key] = pace_on(key)
        return self._paces[key]
