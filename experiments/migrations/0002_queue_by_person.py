import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def copy_submitters(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run = apps.get_model("experiments", "Run").objects.filter(pk=models.OuterRef("run"))
    apps.get_model("experiments", "Shard").objects.update(submitter=models.Subquery(run.values("submitter")))


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("experiments", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="shard",
            name="submitter",
            field=models.ForeignKey(
                db_index=False,
                help_text="that of the run, here as well so that the dispatcher finds a person's next shard in one index",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(copy_submitters, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="shard",
            index=models.Index(fields=["submitter", "state"], name="experiments_submitt_db6315_idx"),
        ),
        migrations.AddIndex(
            model_name="shard",
            index=models.Index(
                fields=["state", "hardware_class", "submitter", "run", "index"], name="shards_in_queue_order"
            ),
        ),
    ]
