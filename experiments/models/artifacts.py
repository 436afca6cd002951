from django.db import models


class Blob(models.Model):
    """Bytes in storage under the name of their sha256. A row is made only once the site has hashed and stored them."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    n_bytes = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    unnamed_since = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="when no artifact was first seen to name it"
    )

    def __str__(self) -> str:
        return self.sha256

    @property
    def storage_name(self) -> str:
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class Artifact(models.Model):
    """A stored file of a shard."""

    class Kind(models.TextChoices):
        CHECKPOINT = "checkpoint", "checkpoint"
        PANEL = "panel", "panel"
        RESUME = "resume", "resume state"
        LOG = "log", "log"

    shard = models.ForeignKey("experiments.Shard", on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="artifacts")
    seed = models.PositiveBigIntegerField(null=True, blank=True)
    step = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "name"], name="one_artifact_per_name")]
        indexes = [models.Index(fields=["shard", "kind", "seed", "step"])]
        ordering = ["shard", "kind", "seed", "step", "name"]

    def __str__(self) -> str:
        return self.name
