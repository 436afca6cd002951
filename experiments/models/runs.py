import datetime
from typing import Self

from django.conf import settings
from django.db import connections, models

from problems.addresses import address


class State(models.TextChoices):
    """One vocabulary for runs and shards; the allowed moves are in `experiments/services/transitions.py`."""

    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    FINISHING = "finishing", "finishing"
    SUCCEEDED = "succeeded", "succeeded"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


LIVE = (State.QUEUED, State.RUNNING, State.FINISHING)
HELD = (State.RUNNING, State.FINISHING)
ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED)


# A wake-up that was not answered by then is taken for lost and sent again.
WAKE_UP_LIFETIME = datetime.timedelta(seconds=15)


class RunQuerySet(models.QuerySet["Run"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def succeeded(self) -> Self:
        return self.filter(state=State.SUCCEEDED)

    def of_user(self, user_id: int | None) -> Self:
        return self.filter(submitter=user_id)


class Run(models.Model):
    """One submission of a recipe: its seeds and sweep grid. The state is that of its shards taken together."""

    recipe = models.ForeignKey("experiments.SubmittedRecipe", on_delete=models.PROTECT, related_name="runs")
    submitter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="runs")
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True, help_text="its owner wants every checkpoint kept")
    thinned_at = models.DateTimeField(null=True, blank=True, help_text="when its checkpoints were thinned out")

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["submitter", "state"]),
            models.Index(fields=["-created_at"]),
            models.Index(fields=["recipe", "state", "id"], name="runs_of_recipe"),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    def get_absolute_url(self) -> str:
        return address("run", self.pk)

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_cancel_requested(self) -> bool:
        return self.cancel_requested_at is not None


# From each person straight to the next one in the index: as many steps as people, however many shards they queue.
# Neither database does so by itself for SELECT DISTINCT.
PEOPLE_WAITING = """
    WITH RECURSIVE waiting (person) AS (
        SELECT min(submitter_id) FROM experiments_shard WHERE state = 'queued' AND hardware_class = %(need)s
        UNION ALL
        SELECT (
            SELECT min(submitter_id) FROM experiments_shard
            WHERE state = 'queued' AND hardware_class = %(need)s AND submitter_id > waiting.person
        )
        FROM waiting WHERE waiting.person IS NOT NULL
    )
    SELECT person FROM waiting WHERE person IS NOT NULL
    UNION ALL
    SELECT NULL WHERE EXISTS (
        SELECT 1 FROM experiments_shard
        WHERE state = 'queued' AND hardware_class = %(need)s AND submitter_id IS NULL
    )
"""

# One look into the index for each state, however many shards a run has: to count them would read them all.
STATES_OF_RUN = f"""
    WITH possible (state) AS (VALUES {", ".join(f"('{state}')" for state in State)})
    SELECT state FROM possible
    WHERE EXISTS (SELECT 1 FROM experiments_shard WHERE run_id = %s AND experiments_shard.state = possible.state)
"""


class ShardQuerySet(models.QuerySet["Shard"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def queued(self) -> Self:
        return self.filter(state=State.QUEUED)

    def awaiting_claim(self, now: datetime.datetime) -> Self:
        """Queued, with a wake-up on its way to a worker."""
        return self.queued().filter(dispatched_at__gt=now - WAKE_UP_LIFETIME)

    def dispatchable(self, now: datetime.datetime) -> Self:
        """Queued and due, and no wake-up that could still be answered."""
        lost = models.Q(dispatched_at=None) | models.Q(dispatched_at__lte=now - WAKE_UP_LIFETIME)
        due = models.Q(not_before=None) | models.Q(not_before__lte=now)
        return self.queued().filter(lost, due)

    def of_user(self, user_id: int | None) -> Self:
        return self.filter(submitter=user_id)

    def people_waiting_for(self, hardware_class: str) -> list[int | None]:
        """Everybody with a queued shard that needs this class; None for shards of people who are gone."""
        with connections[self.db].cursor() as cursor:
            cursor.execute(PEOPLE_WAITING, {"need": hardware_class})
            return [person for (person,) in cursor.fetchall()]

    def states_in(self, run_id: int) -> set[State]:
        """The states in which the run has a shard at all."""
        with connections[self.db].cursor() as cursor:
            cursor.execute(STATES_OF_RUN, [run_id])
            return {State(state) for (state,) in cursor.fetchall()}

    def held(self) -> Self:
        """Held by a worker under a lease."""
        return self.filter(state__in=HELD)

    def held_since_before(self, then: datetime.datetime) -> Self:
        """Held under a lease that was granted before then."""
        return self.held().filter(leases__epoch=models.F("epoch"), leases__granted_at__lt=then)

    def with_expired_lease(self, now: datetime.datetime) -> Self:
        return self.held().filter(lease_until__lt=now)


class Shard(models.Model):
    """The seeds of one grid point that one worker trains together: the unit of dispatch."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,  # the two indexes below serve it
        help_text="that of the run, here as well so that the dispatcher finds a person's next shard in one index",
    )
    index = models.PositiveIntegerField()
    point = models.PositiveIntegerField(default=0, help_text="index of the grid point")
    overrides = models.JSONField(default=dict, help_text="dotted field -> value at this grid point")
    seeds = models.JSONField()
    steps = models.PositiveIntegerField(help_text="training steps in all")
    flops = models.FloatField(default=0.0, help_text="arithmetic in all, from its budget")
    memory_bytes = models.PositiveBigIntegerField(default=0, help_text="at its peak, from its budget")
    artifact_bytes = models.PositiveBigIntegerField(default=0, help_text="of its checkpoints, from its budget")
    hardware_class = models.CharField(max_length=20, default="any", choices=[(c, c) for c in ("any", "cpu", "gpu")])

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    epoch = models.PositiveIntegerField(default=0, help_text="raised by each claim; older ones are refused")
    attempts = models.PositiveIntegerField(default=0)
    dispatched_at = models.DateTimeField(null=True, blank=True, help_text="when the last wake-up was sent")
    offered_since = models.DateTimeField(null=True, blank=True, help_text="since when wake-ups are sent, none answered")
    dispatched_to = models.CharField(max_length=20, blank=True, help_text="the hardware class it was sent to")
    worker = models.ForeignKey(
        "experiments.Worker", null=True, blank=True, on_delete=models.SET_NULL, related_name="shards"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(null=True, blank=True, help_text="offered to nobody until then")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    step = models.PositiveIntegerField(default=0)
    phase = models.CharField(max_length=20, blank=True)
    seconds_left = models.FloatField(null=True, blank=True)
    device_use = models.FloatField(null=True, blank=True)
    device_seconds = models.FloatField(default=0.0)

    failure = models.CharField(max_length=20, blank=True)
    failure_message = models.TextField(blank=True)
    failure_hint = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    expectations = models.JSONField(default=list, help_text="ScoredExpectation of each seed")
    engine_digest = models.CharField(max_length=64, blank=True)
    environment = models.JSONField(default=dict)
    environment_digest = models.CharField(max_length=64, blank=True)
    hardware = models.CharField(max_length=200, blank=True)

    objects = ShardQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "index"], name="one_shard_per_index")]
        indexes = [
            models.Index(fields=["run", "state", "index"]),
            models.Index(fields=["state", "lease_until"]),
            models.Index(fields=["state", "dispatched_at"]),
            models.Index(fields=["submitter", "state"]),
            models.Index(fields=["state", "hardware_class", "submitter", "run", "index"], name="shards_in_queue_order"),
        ]
        ordering = ["run", "index"]

    def __str__(self) -> str:
        return f"Run {self.run_id}, shard {self.index}"

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    def is_due(self, now: datetime.datetime) -> bool:
        return self.not_before is None or self.not_before <= now

    @property
    def is_held(self) -> bool:
        return self.state in HELD


class RunEvent(models.Model):
    """What happened, in order: changes of state with their reason, and log lines."""

    class Kind(models.TextChoices):
        STATE = "state", "change of state"
        LOG = "log", "log line"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    shard = models.ForeignKey(Shard, null=True, blank=True, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(auto_now_add=True)
    worker_clock = models.CharField(
        max_length=40, blank=True, help_text="when a log line was written, as the worker says"
    )
    epoch = models.PositiveIntegerField(default=0)
    old_state = models.CharField(max_length=12, blank=True)
    new_state = models.CharField(max_length=12, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "id"])]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text or f"{self.old_state} -> {self.new_state}"
