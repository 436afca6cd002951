"""A crowd for the dispatcher: a thousand workers, hundreds of people, and as long a queue as one likes.

Workers are rows as well: they take what they are offered and are done after a while, in one statement for all of
them, so that what is timed is the dispatcher and nothing else.
"""

import datetime
import heapq
import random
from collections import defaultdict
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from experiments.models import Run, Shard, State, Worker
from experiments.services import fair_share
from experiments.services.tokens import create_worker_token
from problems.models import User
from tests.experiments.making import make_recipe

N_PEOPLE, N_WORKERS, N_GPU_WORKERS = 500, 1000, 100
SHARDS_PER_RUN = 20

# A tenth of the runs needs a GPU, four tenths a CPU, half of them run anywhere; of one person as of another.
INSERT_SHARDS = """
    WITH RECURSIVE series (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < %s)
    INSERT INTO experiments_shard (run_id, submitter_id, "index", state, hardware_class, {columns})
    SELECT run.id, run.submitter_id, series.n, 'queued',
           CASE run.id * 7919 %% 1009 %% 10
               WHEN 0 THEN 'gpu' WHEN 1 THEN 'cpu' WHEN 2 THEN 'cpu' WHEN 3 THEN 'cpu' WHEN 4 THEN 'cpu' ELSE 'any' END,
           {values}
    FROM experiments_run AS run CROSS JOIN series CROSS JOIN experiments_shard AS pattern
    WHERE pattern.id = %s AND run.id != pattern.run_id
"""
OWN_COLUMNS = ("id", "run_id", "submitter_id", "index", "state", "hardware_class")


class Held(NamedTuple):
    until: datetime.datetime
    shard: int
    person: int
    worker: int
    hardware_class: str
    seconds: float


class Crowd:
    def __init__(self, n_shards: int) -> None:
        self.now = timezone.now()
        self._random = random.Random(0)
        users = [User(username=f"person-{n}", password="!") for n in range(N_PEOPLE)]
        self.people = [user.pk for user in User.objects.bulk_create(users)]
        # Some run shards of a minute, some of ten: equal numbers of shards would be unfair.
        self._seconds_of_shard = {person: 60 * 10 ** self._random.random() for person in self.people}
        self._charged = dict.fromkeys(self.people, 0.0)
        self._free: defaultdict[str, list[int]] = defaultdict(list)
        self._held: list[Held] = []
        self._make_workers()
        self._make_queue(n_shards)

    def _make_workers(self) -> None:
        said: dict[str, Any] = {"device": "a machine", "slots": 1, "memory_bytes": 2**33, "flops_per_second": 1e10}
        said |= {"engine_digest": "e" * 64, "last_seen": self.now}
        token = create_worker_token(owner=User.objects.get(pk=self.people[0])).token
        classes = ["gpu" if n < N_GPU_WORKERS else "cpu" for n in range(N_WORKERS)]
        rows = [Worker(token=token, name=f"w-{n}", hardware_class=c, **said) for n, c in enumerate(classes)]
        for worker in Worker.objects.bulk_create(rows):
            self._free[worker.hardware_class].append(worker.pk)

    def _make_queue(self, n_shards: int) -> None:
        """Every shard is a copy of one that the project itself would have made, so each column has a likely value."""
        recipe = make_recipe(User.objects.get(pk=self.people[0]))
        runs = [
            Run(recipe=recipe, submitter_id=self.people[n % N_PEOPLE]) for n in range(n_shards // SHARDS_PER_RUN + 1)
        ]
        first = Run.objects.bulk_create(runs, batch_size=1000)[0]
        pattern = Shard.objects.create(run=first, index=0, seeds=[0, 1], steps=100, state=State.CANCELLED)
        same = [str(field.column) for field in Shard._meta.concrete_fields if field.column not in OWN_COLUMNS]
        insert = INSERT_SHARDS.format(columns=", ".join(same), values=", ".join(f"pattern.{name}" for name in same))
        with connection.cursor() as cursor:
            cursor.execute(insert, [SHARDS_PER_RUN - 1, pattern.pk])
            if connection.vendor == "postgresql":
                cursor.execute("VACUUM ANALYZE")  # as its autovacuum does; SQLite is never analysed by itself

    def take(self, offered: list[tuple[int, str]]) -> None:
        """Each shard that was offered is claimed by a free worker of its class."""
        person_of = dict(Shard.objects.filter(pk__in=[pk for pk, _ in offered]).values_list("pk", "submitter"))
        claims = []
        for shard, hardware_class in offered:
            worker, person = self._free[hardware_class].pop(), person_of[shard]
            seconds = self._seconds_of_shard[person] * self._random.uniform(0.5, 1.5)
            until = self.now + datetime.timedelta(seconds=seconds)
            heapq.heappush(self._held, Held(until, shard, person, worker, hardware_class, seconds))
            claims.append((worker, shard))
        with connection.cursor() as cursor:
            claim = "UPDATE experiments_shard SET state = 'running', worker_id = %s, epoch = epoch + 1 WHERE id = %s"
            cursor.executemany(claim, claims)

    def pass_time(self, seconds: float) -> None:
        """The clock moves on; who is done by then is charged and free again."""
        self.now += datetime.timedelta(seconds=seconds)
        with transaction.atomic():
            while self._held and self._held[0].until <= self.now:
                self._end(heapq.heappop(self._held))
        Worker.objects.update(last_seen=self.now)

    def end_first(self) -> None:
        """Until the next worker is done, and no longer: one slot is free then."""
        self.pass_time(max((self._held[0].until - self.now).total_seconds(), 0.0))

    def device_seconds(self) -> list[float]:
        """Of each person so far, with what runs at this moment."""
        seconds = dict(self._charged)
        for held in self._held:
            seconds[held.person] += held.seconds - (held.until - self.now).total_seconds()
        return list(seconds.values())

    def _end(self, done: Held) -> None:
        Shard.objects.filter(pk=done.shard).update(state=State.SUCCEEDED)
        fair_share.charge(done.person, seconds=done.seconds, now=done.until)
        self._charged[done.person] += done.seconds
        self._free[done.hardware_class].append(done.worker)
