"""A change in the form becomes the smallest change of the text."""

import tomllib
from pathlib import Path

import pytest

from experiments.forms import UneditableText, apply_change
from experiments.recipe import recipe_from_toml

STARTER = Path("experiments/presets/grokking-modular-addition.laptop.toml").read_text(encoding="utf-8")


def changed(change, path, value, toml=STARTER):
    return tomllib.loads(apply_change(toml, change, path, value))


def test_comments_order_and_spacing_survive():
    toml = "# a control\n[task]  # small\nname='modular-addition'\nmodulus   = 3 # odd\n"
    assert apply_change(toml, "set", "task.modulus", "5") == toml.replace("3 # odd", "5 # odd")


def test_a_number_stays_as_it_was_typed():
    assert "learning_rate = 3e-4" in apply_change(STARTER, "set", "training.learning_rate", "3e-4")


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("title", "Another", "Another"),
        ("notes", 'two\r\nlines with "quotes" and \\', 'two\nlines with "quotes" and \\'),
        ("seeds", "0-3, 7", [0, 1, 2, 3, 7]),
        ("stack", "2", 2),
        ("task.modulus", "many", "many"),
        ("training.batch", "512", 512),
        ("training.betas", "0.9, 0.95", [0.9, 0.95]),
        ("model.causal", "false", False),
        ("measures.1.split", "train", "train"),
        ("expect.0.at", "any", "any"),
        ("expect.0.where", "model.d_mlp = 64, task.modulus = [5, 7]", {"model.d_mlp": 64, "task.modulus": [5, 7]}),
        ("expect.0.where", '"model.init" = "gpt2"', {"model.init": "gpt2"}),
        ("expect.0.where", "model.d_mlp 64", "model.d_mlp 64"),
        ("model.attention_scale", "0.5", 0.5),
        ("model.tied", "true", True),
    ],
)
def test_what_is_typed_is_written(path, text, value):
    here = changed("set", path, text)
    for part in path.split("."):
        here = here[int(part)] if part.isdecimal() else here[part]
    assert here == value


def test_an_emptied_field_goes_back_to_its_default():
    assert "modulus" not in changed("set", "task.modulus", " ")["task"]


def test_a_table_that_was_left_out_begins_with_its_own_defaults():
    assert changed("set", "measure_at.count", "50")["measure_at"] == {"schedule": "mixed", "count": 50}


def test_another_task_keeps_only_the_fields_it_knows():
    assert changed("set", "task.name", "previous-token")["task"] == {"name": "previous-token"}


def test_items_come_and_go():
    more = apply_change(STARTER, "add", "measures", "weight-norm")
    measures = tomllib.loads(more)["measures"]
    assert measures[-1] == {"name": "weight-norm"}
    assert apply_change(more, "remove", f"measures.{len(measures) - 1}", "").rstrip() == STARTER.rstrip()


def test_the_last_item_takes_its_list_with_it():
    one_left = apply_change(STARTER, "remove", "expect.1", "")
    assert len(tomllib.loads(one_left)["expect"]) == 1
    assert "expect" not in changed("remove", "expect.0", "", one_left)


def test_an_inline_list_grows_inline():
    assert apply_change('measures = [{name = "loss"}]\n', "add", "measures", "accuracy") == (
        'measures = [{name = "loss"}, {name = "accuracy"}]\n'
    )


def test_a_swept_field_is_one_key_with_a_dot():
    swept = apply_change(STARTER, "add", "sweep", "task.train_fraction")
    swept = apply_change(swept, "set", "sweep.task.train_fraction", "0.3, 0.4")
    assert recipe_from_toml(swept).sweep == {"task.train_fraction": (0.3, 0.4)}
    assert "sweep" not in tomllib.loads(apply_change(swept, "remove", "sweep.task.train_fraction", ""))


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        ("set", "", "1"),
        ("set", "task.x.y", "1"),
        ("set", "task.unknown", "1"),
        ("set", "task.name", "chess"),
        ("set", "measures.99.split", "test"),
        ("add", "measures", "chess"),
        ("add", "nowhere", "loss"),
        ("remove", "measures.99", ""),
        ("remove", "sweep.task.modulus", ""),
    ],
)
def test_a_place_that_does_not_exist_is_refused(change, path, value):
    with pytest.raises(UneditableText, match="change the TOML"):
        apply_change(STARTER, change, path, value)


@pytest.mark.parametrize("toml", ["[task", "task = {", "a = 1\na = 2", "x" * 10])
def test_text_that_is_no_toml_is_refused(toml):
    with pytest.raises(UneditableText):
        apply_change(toml, "set", "title", "x")


def test_tables_of_the_wrong_kind_are_refused():
    with pytest.raises(UneditableText):
        apply_change("task = 3\n", "set", "task.modulus", "5")
