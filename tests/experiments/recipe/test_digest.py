"""The digest says "the same experiment", however it was written down."""

import json

from hypothesis import given
from hypothesis import strategies as st

from experiments.recipe import recipe_digest, recipe_from_data, recipe_from_toml, resolve


def test_prose_does_not_change_the_digest(toml):
    renamed = toml.replace("Tiny", "Another title").replace('"5.3"', '"5.4"')
    assert recipe_digest(recipe_from_toml(toml)) == recipe_digest(recipe_from_toml(renamed))


def test_a_default_written_out_does_not_change_the_digest(toml):
    written = toml.replace("modulus = 7", "modulus = 7\ntrain_fraction = 0.3") + "\n[model]\nd_head = 32\n"
    assert recipe_digest(recipe_from_toml(toml)) == recipe_digest(recipe_from_toml(written))


def test_every_other_field_changes_the_digest(toml):
    digests = {
        recipe_digest(recipe_from_toml(toml.replace(old, new)))
        for old, new in [
            ("", ""),
            ("modulus = 7", "modulus = 11"),
            ("[0, 1, 2]", "[0, 1, 3]"),
            ("[0, 1, 2]", "[2, 1, 0]"),
            ("steps = 100", "steps = 101"),
            ('split = "test"', 'split = "train"'),
        ]
    }
    assert len(digests) == 6


def test_resolved_recipe_survives_json(data):
    recipe = resolve(recipe_from_data(data))
    assert recipe_from_data(json.loads(recipe.model_dump_json())) == recipe


@given(order=st.permutations(["title", "problem", "seeds", "task", "training", "measures"]))
def test_order_of_fields_does_not_matter(order):
    data = {
        "title": "Tiny",
        "problem": "5.3",
        "seeds": [0],
        "task": {"name": "modular-addition", "modulus": 7},
        "training": {"steps": 10},
        "measures": [{"name": "loss"}],
    }
    shuffled = {name: data[name] for name in order}
    assert recipe_digest(recipe_from_data(shuffled)) == recipe_digest(recipe_from_data(data))


def test_golden_digest_guards_against_silent_changes_of_meaning(toml):
    assert recipe_digest(recipe_from_toml(toml)) == "06cdc8c3aa172081a31c2f62c0b4db00af9069b227f3e4951aa4283fb0841a07"
