from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0012_standing_elsewhere"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="listentry",
            name="list_tally",
        ),
        migrations.AddField(
            model_name="listentry",
            name="n_contested_findings",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="listentry",
            name="n_findings",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="listentry",
            name="n_reproduced_findings",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="listentry",
            index=models.Index(fields=["subcategory", "category", "traits", "claimed_at"], name="list_tally"),
        ),
    ]
