"""Looks at the parts of a network ask for a network that has them, and for answers that the task has."""

import pytest

from experiments.recipe import InvalidRecipe, recipe_from_data

PREVIOUS = {"name": "previous-token", "vocabulary": 5, "length": 4}
TWO_LAYERS = {"name": "transformer", "n_layers": 2, "d_model": 8, "n_heads": 2, "d_mlp": 0}


def recipe_with(kind, look, model=TWO_LAYERS, task=PREVIOUS):
    base = {"title": "Tiny", "problem": "3.21", "task": task, "model": model, "measures": [{"name": "loss"}]}
    return recipe_from_data(base | {"training": {"steps": 10, "batch": 8}} | {kind: [look]})


def refused(*arguments, **given):
    with pytest.raises(InvalidRecipe) as caught:
        recipe_with(*arguments, **given)
    (error,) = caught.value.errors
    return error


MEASURES = [
    {"name": "ablation-effect", "by": "resample", "answer": "k=1"},
    {"name": "ablation-effect-on-accuracy"},
    {"name": "patching-effect", "of": "residual"},
    {"name": "copying-score"},
    {"name": "composition-scores", "of": "V"},
]
WITHOUT_LAYERS_NOTHING = [{"name": "attention-to-answer"}, {"name": "attention-to-position", "to": "2"}]
ANALYSES = [
    {"name": "attention-patterns"},
    {"name": "component-effects"},
    {"name": "activation-patching", "of": ["heads"]},
    {"name": "head-circuits"},
    {"name": "composition-map"},
]


@pytest.mark.parametrize(
    ("kind", "look"), [*(("measures", m) for m in MEASURES), *(("analyses", a) for a in ANALYSES)], ids=str
)
def test_a_control_without_layers_may_have_the_same_looks(kind, look):
    recipe_with(kind, look)
    recipe_with(kind, look, model=TWO_LAYERS | {"n_layers": 0})


@pytest.mark.parametrize("look", ANALYSES, ids=str)
def test_an_mlp_has_no_heads(look):
    task = {"name": "modular-addition", "modulus": 7}
    assert refused("analyses", look, model={"name": "mlp"}, task=task).field == "analyses.0.name"


def test_a_network_without_neurons_has_none_to_ablate():
    recipe_with("analyses", {"name": "neuron-ablation"}, model=TWO_LAYERS | {"d_mlp": 4})
    assert "needs a network with MLP neurons" in refused("analyses", {"name": "neuron-ablation"}).message


@pytest.mark.parametrize("wrong", [{"answer": "k=7"}, {"kind": "carry 2"}], ids=str)
def test_the_answers_must_be_the_tasks(wrong):
    for kind, name in (("measures", "ablation-effect"), ("analyses", "component-effects")):
        assert "an answer and a kind that the task has" in refused(kind, {"name": name} | wrong).message


@pytest.mark.parametrize(("kind", "name"), [("measures", "ablation-effect"), ("analyses", "component-effects")])
def test_a_split_or_part_that_is_not_there_is_refused(kind, name):
    assert refused(kind, {"name": name, "split": "train"}).field == f"{kind}.0.split"
    assert refused(kind, {"name": name, "part": "add"}).field == f"{kind}.0.part"


def test_patching_mlps_needs_some():
    recipe_with("analyses", {"name": "activation-patching", "of": ["mlp"]}, model=TWO_LAYERS | {"d_mlp": 4})
    assert "with MLPs" in refused("analyses", {"name": "activation-patching", "of": ["mlp"]}).message
    assert "with MLPs" in refused("measures", {"name": "patching-effect", "of": "mlp"}).message


@pytest.mark.parametrize("name", ["attention-patterns", "head-circuits"])
def test_tables_that_no_plot_can_hold_are_refused(name):
    long = PREVIOUS | {"length": 500}
    assert "at most 200,000 numbers" in refused("analyses", {"name": name}, task=long).message
