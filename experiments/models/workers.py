import datetime
from typing import Self

from django.conf import settings
from django.db import models

from experiments.protocol import HEARTBEAT_SECONDS


class WorkerToken(models.Model):
    """Lets a worker process announce itself and claim shards of one hardware class; kept hashed, shown once."""

    token_hash = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="worker_tokens")
    label = models.CharField(max_length=100, blank=True)
    hardware_class = models.CharField(max_length=20, choices=[(c, c) for c in ("any", "cpu", "gpu")], default="any")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.label or 'worker token'} of {self.owner}"

    def is_valid_at(self, now: datetime.datetime) -> bool:
        return self.expires_at is None or now < self.expires_at


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self, now: datetime.datetime) -> Self:
        """Heard from within three announcements."""
        return self.filter(last_seen__gte=now - datetime.timedelta(seconds=3 * HEARTBEAT_SECONDS))

    def of_class(self, hardware_class: str) -> Self:
        return self.filter(hardware_class=hardware_class)

    def accepting(self, now: datetime.datetime) -> Self:
        return self.alive(now).filter(stopping=False, disk_full=False, drain_requested_at=None)


class Worker(models.Model):
    """A compute process as it last announced itself."""

    token = models.ForeignKey(WorkerToken, on_delete=models.CASCADE, related_name="workers")
    name = models.CharField(max_length=100)
    instance = models.CharField(max_length=64, blank=True, help_text="which start of the process last had this name")
    hardware_class = models.CharField(max_length=20)
    device = models.CharField(max_length=200)
    slots = models.PositiveIntegerField()
    busy_slots = models.PositiveIntegerField(default=0)
    memory_bytes = models.PositiveBigIntegerField()
    flops_per_second = models.FloatField()
    engine_digest = models.CharField(max_length=64)
    vocabulary = models.CharField(max_length=64, blank=True, help_text="digest of the recipe vocabulary it reads")
    environment = models.JSONField(default=dict)
    stopping = models.BooleanField(default=False)
    disk_full = models.BooleanField(default=False, help_text="it rests until there is room again")
    drain_requested_at = models.DateTimeField(null=True, blank=True, help_text="its owner wants it to take nothing new")
    kept_free_for = models.ForeignKey(
        "Shard", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="found no room here"
    )
    kept_free_since = models.DateTimeField(null=True, blank=True)
    first_seen = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "name"], name="one_worker_per_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
