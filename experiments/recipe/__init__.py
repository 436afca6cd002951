"""The recipe vocabulary: pure data that the form, the API, the JSON Schema and the worker all read."""

from experiments.recipe.digest import recipe_digest
from experiments.recipe.errors import InvalidRecipe, RecipeError
from experiments.recipe.parsing import point_from_data, recipe_from_data, recipe_from_toml
from experiments.recipe.recipe import Recipe, at_point, resolve

__all__ = [
    "InvalidRecipe",
    "Recipe",
    "RecipeError",
    "at_point",
    "point_from_data",
    "recipe_digest",
    "recipe_from_data",
    "recipe_from_toml",
    "resolve",
]
