"""The content digest of a recipe: the same for the same experiment, however it was written down."""

import hashlib

import rfc8785

from experiments.recipe.recipe import Recipe, content, resolve


def recipe_digest(recipe: Recipe) -> str:
    """sha256, in hex, of the canonical JSON (RFC 8785) of the resolved recipe."""
    return hashlib.sha256(rfc8785.dumps(content(resolve(recipe)))).hexdigest()
