from django.db import models


class SitePass(models.Model):
    """The last time a site job ran: one row a job, written by the job itself."""

    name = models.CharField(max_length=40, primary_key=True)
    last_at = models.DateTimeField()
    seconds = models.FloatField()
    n_done = models.PositiveIntegerField(help_text="wake-ups sent, shards taken back, rows removed")
    n_done_in_all = models.PositiveBigIntegerField(default=0)
    failed = models.CharField(max_length=300, blank=True, help_text="why the last pass broke off; empty if it did not")

    def __str__(self) -> str:
        return f"{self.name} at {self.last_at}"
