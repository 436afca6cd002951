from django.conf import settings
from django.db import models


class Lease(models.Model):
    """One attempt: a shard in the hands of one worker, under one epoch. Its token is kept hashed."""

    class End(models.TextChoices):
        SUCCEEDED = "succeeded", "succeeded"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"
        LOST = "lost", "worker lost"

    shard = models.ForeignKey("experiments.Shard", on_delete=models.CASCADE, related_name="leases")
    epoch = models.PositiveIntegerField()
    worker = models.ForeignKey("experiments.Worker", null=True, on_delete=models.SET_NULL, related_name="leases")
    token_hash = models.CharField(max_length=64, unique=True)
    claim_key = models.CharField(max_length=64, blank=True, help_text="what the worker asked with, to be told again")
    resume_step = models.PositiveIntegerField(null=True, help_text="the step it went on from; empty for a fresh start")
    next_seq = models.PositiveIntegerField(default=0, help_text="number of the next batch of events")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_as = models.CharField(max_length=12, blank=True, choices=End.choices)
    charged_seconds = models.FloatField(default=0.0, help_text="device time the person pays; 0 where the site failed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "epoch"], name="one_lease_per_epoch")]
        indexes = [models.Index(fields=["ended_at"])]

    def __str__(self) -> str:
        return f"shard {self.shard_id}, epoch {self.epoch}"


class Usage(models.Model):
    """Device time of a person, for fair shares: a sum that halves with time, and the plain one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="usage")
    decayed_seconds = models.FloatField(default=0.0, help_text="as of `as_of`")
    as_of = models.DateTimeField()
    total_seconds = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.total_seconds:.0f} s of {self.user_id}"


class DispatchPass(models.Model):
    """One row; whoever dispatches holds its lock, so that two dispatchers never fill the same slot."""

    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"last at {self.last_at}"
