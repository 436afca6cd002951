from django.conf import settings
from django.db import models


class Quota(models.Model):
    """What a curator allows one person instead of the settings; an empty field leaves the setting in force."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quota")
    running_shards = models.PositiveIntegerField(null=True, blank=True)
    live_shards = models.PositiveIntegerField(null=True, blank=True)
    device_seconds_per_week = models.PositiveBigIntegerField(null=True, blank=True)
    stored_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"quota of {self.user}"
