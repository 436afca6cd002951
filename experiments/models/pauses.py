from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class PauseQuerySet(models.QuerySet["Pause"]):
    def in_force(self) -> Self:
        return self.filter(lifted_at=None)

    def of_classes(self) -> Self:
        return self.exclude(hardware_class="")


class Pause(models.Model):
    """A curator lets nothing new start on a hardware class, or for a person. Rows stay: they are the record."""

    hardware_class = models.CharField(max_length=20, blank=True, choices=[("cpu", "cpu"), ("gpu", "gpu")])
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="pauses"
    )
    reason = models.CharField(max_length=300)
    paused_at = models.DateTimeField(auto_now_add=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(hardware_class="") & Q(user__isnull=False)) | (~Q(hardware_class="") & Q(user=None)),
                name="pause_is_of_a_class_or_a_person",
            ),
            models.UniqueConstraint(
                fields=["hardware_class"],
                condition=Q(lifted_at=None) & ~Q(hardware_class=""),
                name="one_pause_in_force_per_class",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(lifted_at=None, user__isnull=False),
                name="one_pause_in_force_per_person",
            ),
        ]
        ordering = ["-paused_at", "-pk"]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        return f"class {self.hardware_class}" if self.hardware_class else str(self.user)
