"""The form shows every field of the vocabulary with what the TOML says now."""

import tomllib
from pathlib import Path

import pytest

from experiments.forms import sections_of
from experiments.forms.schema import recipe_schema

STARTER = Path("experiments/presets/grokking-modular-addition.laptop.toml").read_text(encoding="utf-8")


def section(name, toml=STARTER):
    return next(s for s in sections_of(tomllib.loads(toml)) if s.name == name)


def fields(name, toml=STARTER):
    return {field.path: field for group in section(name, toml).groups for field in group.fields}


def test_every_part_of_the_vocabulary_has_a_place():
    shown = {field.path for field in section("about").groups[0].fields} | {s.name for s in sections_of({})}
    assert shown >= set(recipe_schema()["properties"])


def test_a_field_shows_its_value_bounds_and_default():
    modulus = fields("task")["task.modulus"]
    assert (modulus.value, modulus.about.default) == ("59", "113")
    assert modulus.about.allowed == "a whole number, at least 3, at most 256"
    assert "tokens are 0 to p-1" in modulus.about.description


@pytest.mark.parametrize(
    ("part", "path", "kind"),
    [
        ("about", "title", "line"),
        ("about", "notes", "prose"),
        ("about", "seeds", "list"),
        ("model", "model.d_head", "number"),
        ("model", "model.activation", "choice"),
        ("model", "model.causal", "switch"),
        ("model", "model.attention_scale", "number"),
        ("model", "model.tied", "switch"),
        ("expect", "expect.0.where", "pairs"),
        ("training", "training.batch", "word or number"),
        ("training", "training.betas", "list"),
        ("expect", "expect.0.at_least", "number"),
        ("expect", "expect.0.split", "choice"),
    ],
)
def test_the_schema_decides_the_kind_of_input(part, path, kind):
    assert fields(part)[path].about.kind == kind


def test_a_named_parameter_is_ticked_from_the_allowed_ones():
    toml = 'interventions = [{name = "freeze", parameters = ["W_E", "W_U"]}]'
    frozen = fields("interventions", toml)["interventions.0.parameters"]
    assert (frozen.about.kind, frozen.chosen) == ("choices", ["W_E", "W_U"])
    assert "W_pos" in frozen.about.options


def test_another_member_of_a_union_has_its_own_fields():
    assert set(fields("task", '[task]\nname = "previous-token"')) == {"task.vocabulary", "task.length", "task.n_test"}


def test_an_unknown_member_leaves_only_the_choice():
    [group] = section("task", '[task]\nname = "chess"').groups
    assert (group.member, group.fields) == ("chess", [])
    assert group.members[0] == "chess"
    assert {"modular-addition", "previous-token", "two-phase"} < set(group.members)


def test_values_of_the_wrong_kind_are_shown_as_they_are_written():
    wrong = fields("task", '[task]\nname = "modular-addition"\nmodulus = "many"')["task.modulus"]
    assert wrong.value == "many"


@pytest.mark.parametrize("toml", ["task = 3", "measures = 1", "measures = [1]", "sweep = 3", "sweep = {x = 1}", ""])
def test_the_form_can_be_drawn_for_any_toml(toml):
    assert len(sections_of(tomllib.loads(toml))) == 13


def test_a_table_left_out_shows_the_defaults_it_would_have():
    assert fields("measure_at")["measure_at.schedule"].about.default == "mixed"


def test_swept_fields_are_rows_and_no_longer_offered():
    sweep = section("sweep", 'sweep = {"task.modulus" = [3, 5]}')
    assert [(field.label, field.value) for group in sweep.groups for field in group.fields] == [
        ("task.modulus", "3, 5")
    ]
    assert "task.modulus" not in sweep.can_add
    assert "training.learning_rate" in sweep.can_add
    assert "training.betas" not in sweep.can_add
    assert "task.first" not in sweep.can_add


def test_what_the_recipe_lists_can_be_swept_too():
    toml = """
        measures = [{name = "loss"}, 7, {name = "nothing"}]
        interventions = [{name = "freeze"}, {name = "mask-weights"}]
    """
    items = [field for field in section("sweep", toml).can_add if field.split(".")[1].isdecimal()]
    masks = ["keep", "by", "of", "when"]
    of_loss = ["only_at_end", "split", "part"]
    assert items == [*(f"interventions.1.{name}" for name in masks), *(f"measures.0.{name}" for name in of_loss)]


def test_the_options_of_a_transformer_are_offered_with_what_they_mean():
    model = fields("model")
    assert "solu_ln" in model["model.activation"].about.options
    assert model["model.positions"].about.options == ("learned", "rotary", "sinusoidal", "none")
    assert model["model.attention_scale"].about.allowed == "a number, more than 0, at most 1000"
    assert "1 / sqrt(d_head) when left out" in model["model.attention_scale"].about.description


def test_the_points_of_an_expectation_are_one_line():
    toml = 'expect = [{measure = "loss", where = {"model.d_mlp" = [64, 0], "model.positions" = "rotary"}}]'
    where = fields("expect", toml)["expect.0.where"]
    assert where.value == 'model.d_mlp = [64, 0], model.positions = "rotary"'
    assert where.about.allowed == "field = value, with commas between"
