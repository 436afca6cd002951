from django.db import migrations, models

from experiments.recipe import InvalidRecipe, recipe_from_data
from experiments.recipe.budget import budget_of


def work_out_costs(apps, schema_editor):
    """Of the recipes that are there. One in an older vocabulary keeps none and is worked out when it is shown."""
    for recipe in apps.get_model("experiments", "SubmittedRecipe").objects.filter(flops=None).iterator():
        try:
            recipe.flops = budget_of(recipe_from_data(recipe.resolved)).flops
        except InvalidRecipe:
            continue
        recipe.save(update_fields=["flops"])


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0004_instances_and_claim_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="submittedrecipe",
            name="flops",
            field=models.FloatField(blank=True, help_text="arithmetic of one run in all, from its budget", null=True),
        ),
        migrations.AddIndex(
            model_name="submittedrecipe",
            index=models.Index(fields=["size", "flops", "problem"], name="recipes_by_size_and_cost"),
        ),
        migrations.RunPython(work_out_costs, migrations.RunPython.noop),
    ]
