from django.db import models


class Allowance(models.Model):
    """How much of a rate limit somebody has used since the window began; one row for each limit and person."""

    key = models.CharField(max_length=100, unique=True, help_text="the limit and whom it counts")
    began_at = models.DateTimeField(db_index=True)
    used = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"
