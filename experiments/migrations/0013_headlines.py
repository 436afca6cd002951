import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0012_retry_storage_failures_later"),
    ]

    operations = [
        migrations.CreateModel(
            name="Headline",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="headline",
                        serialize=False,
                        to="experiments.run",
                    ),
                ),
                ("name", models.CharField(help_text="of what was measured, such as test accuracy", max_length=80)),
                (
                    "points",
                    models.JSONField(help_text="step and median over the seeds; none where nothing was measured"),
                ),
            ],
        ),
    ]
