import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse


class State(models.TextChoices):
    """One vocabulary for runs and shards; the allowed moves are in `experiments/services/transitions.py`."""

    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    FINISHING = "finishing", "finishing"
    SUCCEEDED = "succeeded", "succeeded"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


LIVE = (State.QUEUED, State.RUNNING, State.FINISHING)
ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED)


class RunQuerySet(models.QuerySet["Run"]):
    def live(self) -> Self:
        return self.filter(state__in=LIVE)

    def succeeded(self) -> Self:
        return self.filter(state=State.SUCCEEDED)


class Run(models.Model):
    """One submission of a recipe: its seeds and sweep grid. The state is that of its shards taken together."""

    recipe = models.ForeignKey("experiments.SubmittedRecipe", on_delete=models.PROTECT, related_name="runs")
    submitter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="runs")
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["submitter", "state"]), models.Index(fields=["-created_at"])]

    def __str__(self) -> str:
        return f"Run {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class ShardQuerySet(models.QuerySet["Shard"]):
    def queued(self) -> Self:
        return self.filter(state=State.QUEUED, run__cancel_requested_at=None)

    def held(self) -> Self:
        """Held by a worker under a lease."""
        return self.filter(state__in=[State.RUNNING, State.FINISHING])

    def with_expired_lease(self, now: datetime.datetime) -> Self:
        return self.held().filter(lease_until__lt=now)


class Shard(models.Model):
    """The seeds of one grid point that one worker trains together: the unit of dispatch."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    index = models.PositiveIntegerField()
    point = models.PositiveIntegerField(default=0, help_text="index of the grid point")
    overrides = models.JSONField(default=dict, help_text="dotted field -> value at this grid point")
    seeds = models.JSONField()
    steps = models.PositiveIntegerField(help_text="training steps in all")
    hardware_class = models.CharField(max_length=20, default="any", choices=[(c, c) for c in ("any", "cpu", "gpu")])

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    epoch = models.PositiveIntegerField(default=0, help_text="raised by each claim; older ones are refused")
    attempts = models.PositiveIntegerField(default=0)
    dispatched_at = models.DateTimeField(null=True, blank=True, help_text="when the last wake-up was sent")
    worker = models.ForeignKey(
        "experiments.Worker", null=True, blank=True, on_delete=models.SET_NULL, related_name="shards"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    run_token_hash = models.CharField(max_length=64, blank=True)
    queued_at = models.DateTimeField(auto_now_add=True)
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
            models.Index(fields=["state", "hardware_class", "queued_at"]),
            models.Index(fields=["state", "lease_until"]),
        ]
        ordering = ["run", "index"]

    def __str__(self) -> str:
        return f"Run {self.run_id}, shard {self.index}"


class EventBatch(models.Model):
    """One accepted batch of events; the constraint makes a replayed batch harmless."""

    shard = models.ForeignKey(Shard, on_delete=models.CASCADE, related_name="batches")
    epoch = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "epoch", "seq"], name="one_batch_per_number")]

    def __str__(self) -> str:
        return f"shard {self.shard_id}, epoch {self.epoch}, batch {self.seq}"


class RunEvent(models.Model):
    """What happened, in order: changes of state with their reason, and log lines."""

    class Kind(models.TextChoices):
        STATE = "state", "change of state"
        LOG = "log", "log line"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    shard = models.ForeignKey(Shard, null=True, blank=True, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(auto_now_add=True)
    epoch = models.PositiveIntegerField(default=0)
    old_state = models.CharField(max_length=12, blank=True)
    new_state = models.CharField(max_length=12, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "id"])]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text or f"{self.old_state} -> {self.new_state}"
