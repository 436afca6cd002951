"""Recipes whose sweep varies the kind of a part were kept so that they could not be read again."""

from typing import Any

from django.db import migrations

from experiments.recipe import InvalidRecipe, recipe_from_toml
from experiments.services.recipes import resolved_data


def keep_readable(apps: Any, schema_editor: Any) -> None:
    recipes = apps.get_model("experiments", "SubmittedRecipe").objects
    for pk, resolved, toml in recipes.values_list("pk", "resolved", "toml").iterator():
        if any(dotted.endswith(".name") for dotted in resolved.get("sweep", {})):
            try:
                recipes.filter(pk=pk).update(resolved=resolved_data(recipe_from_toml(toml)))
            except InvalidRecipe:  # in words of an earlier vocabulary
                continue


class Migration(migrations.Migration):
    dependencies = [("experiments", "0008_offered_since")]
    operations = [migrations.RunPython(keep_readable, migrations.RunPython.noop)]
