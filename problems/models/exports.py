from django.db import models

from problems.addresses import address


class Export(models.Model):
    """A file with the data of a day. The row is written last: what has a row is there, whole."""

    class Kind(models.TextChoices):
        JSON = "json", "everything, JSON"
        CSV = "csv", "the list of problems, CSV"

    kind = models.CharField(max_length=4, choices=Kind.choices)
    made_on = models.DateField()
    made_at = models.DateTimeField()
    n_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    n_problems = models.PositiveIntegerField()

    class Meta:
        ordering = ["-made_on", "-kind"]
        constraints = [models.UniqueConstraint(fields=["made_on", "kind"], name="one_export_a_day_and_kind")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return address("data-file", self.file_name)

    @property
    def file_name(self) -> str:
        name = "catalogue" if self.kind == self.Kind.JSON else "problems"
        return f"{name}-{self.made_on.isoformat()}.{self.kind}"

    @property
    def storage_name(self) -> str:
        return f"exports/{self.made_on.isoformat()}-{self.sha256}.{self.kind}"
