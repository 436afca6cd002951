from django.db import models


class MeasurementChunk(models.Model):
    """Measurements of one event batch: an Arrow IPC stream, zstd-compressed, as the worker sent it.

    Columns: seed, step, measure, split, component, value. Never a row per point.
    """

    shard = models.ForeignKey("experiments.Shard", on_delete=models.CASCADE, related_name="chunks")
    epoch = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    part = models.PositiveIntegerField(default=0, help_text="position among the measurements of its batch")
    first_step = models.PositiveIntegerField()
    last_step = models.PositiveIntegerField()
    n_rows = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shard", "epoch", "seq", "part"], name="one_chunk_per_batch_part")
        ]
        ordering = ["shard", "epoch", "seq", "part"]

    def __str__(self) -> str:
        return f"{self.n_rows} measurements of shard {self.shard_id}"


class LastValue(models.Model):
    """The latest value of each series, so that lists need not open the chunks."""

    shard = models.ForeignKey("experiments.Shard", on_delete=models.CASCADE, related_name="last_values")
    seed = models.PositiveBigIntegerField()
    measure = models.CharField(max_length=40)
    split = models.CharField(max_length=20, blank=True)
    component = models.CharField(max_length=80, blank=True)
    step = models.PositiveIntegerField()
    value = models.FloatField(null=True, help_text="empty when it was not finite")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shard", "seed", "measure", "split", "component"], name="one_last_value_per_series"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.split} of seed {self.seed}: {self.value}"


class Headline(models.Model):
    """The one curve that stands for a run that has ended, thinned out, so that lists need not open the chunks."""

    run = models.OneToOneField("experiments.Run", primary_key=True, on_delete=models.CASCADE, related_name="headline")
    name = models.CharField(max_length=80, help_text="of what was measured, such as test accuracy")
    points = models.JSONField(help_text="step and median over the seeds; none where nothing was measured")

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id}"
