from django.db import migrations, models

from experiments.recipe import InvalidRecipe, recipe_from_data
from experiments.recipe.budget import budget_of
from experiments.recipe.laptop import estimated_seconds


def estimate_times(apps, schema_editor):
    """Of the recipes that are there; `load_presets` knows what was measured. One in an older vocabulary has no time."""
    for kept in apps.get_model("experiments", "SubmittedRecipe").objects.iterator():
        try:
            kept.laptop_seconds = estimated_seconds(budget_of(recipe_from_data(kept.resolved)))
        except InvalidRecipe:
            continue
        kept.laptop_rests_on = "estimate"
        kept.save(update_fields=["laptop_seconds", "laptop_rests_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0009_sweeps_over_kinds"),
    ]

    operations = [
        migrations.AddField(
            model_name="submittedrecipe",
            name="laptop_seconds",
            field=models.FloatField(blank=True, help_text="what one run takes on a laptop, about", null=True),
        ),
        migrations.AddField(
            model_name="submittedrecipe",
            name="laptop_rests_on",
            field=models.CharField(
                blank=True,
                choices=[
                    ("measurement", "measured"),
                    ("run", "as its last run here took"),
                    ("estimate", "estimated"),
                ],
                max_length=11,
            ),
        ),
        migrations.RemoveIndex(model_name="submittedrecipe", name="recipes_by_size_and_cost"),
        migrations.RemoveField(model_name="submittedrecipe", name="flops"),
        migrations.AddIndex(
            model_name="submittedrecipe",
            index=models.Index(fields=["size", "laptop_seconds", "problem"], name="recipes_by_size_and_time"),
        ),
        migrations.RunPython(estimate_times, migrations.RunPython.noop),
    ]
