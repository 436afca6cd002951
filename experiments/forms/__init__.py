"""The form of a recipe, made from the JSON Schema of its vocabulary. The TOML text stays the truth."""

from experiments.forms.edits import UneditableText, apply_change
from experiments.forms.sections import Section, sections_of

__all__ = ["Section", "UneditableText", "apply_change", "sections_of"]
