"""Parts of a recipe that have no meaning together are refused, with the field and what would fit."""

import pytest

from experiments.recipe import InvalidRecipe, RecipeError, at_point, recipe_from_data

ADDITION = {"name": "modular-addition", "modulus": 7}
PREVIOUS = {"name": "previous-token"}
FEATURES = {"name": "feature-reconstruct"}
REGRESSION = {"name": "icl-regression"}
TOY, MLP, TRANSFORMER = {"name": "toy-model"}, {"name": "mlp"}, {"name": "transformer"}


def data(task, model, *, measure="loss", **changes):
    batch = "full" if task is ADDITION else 8
    base = {"title": "Tiny", "problem": "5.3", "task": task, "model": model}
    return base | {"training": {"steps": 10, "batch": batch}, "measures": [{"name": measure}]} | changes


def the_error(found) -> RecipeError:
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_data(found)
    (error,) = caught.value.errors
    return error


@pytest.mark.parametrize(
    ("task", "models"),
    [(ADDITION, [TRANSFORMER, MLP]), (PREVIOUS, [TRANSFORMER]), (FEATURES, [TOY]), (REGRESSION, [TRANSFORMER])],
)
def test_a_model_that_cannot_learn_the_task_is_refused_with_those_that_can(task, models):
    for model in (TRANSFORMER, MLP, TOY):
        if model in models:
            recipe_from_data(data(task, model))
            continue
        error = the_error(data(task, model))
        assert error.field == "model.name"
        assert error.allowed == ", ".join(able["name"] for able in models)
        assert f"'{model['name']}' needs" in error.message and task["name"] in error.message


@pytest.mark.parametrize(
    ("task", "model", "measure", "needs"),
    [
        (FEATURES, TOY, "accuracy", "a task answered with tokens"),
        (REGRESSION, TRANSFORMER, "accuracy", "a task answered with tokens"),
        (ADDITION, MLP, "loss-per-position", "a task with several answers per example"),
        (PREVIOUS, TRANSFORMER, "excess-loss", "task 'icl-regression'"),
        (REGRESSION, TRANSFORMER, "loss-per-feature", "task 'feature-reconstruct'"),
        (ADDITION, MLP, "basis-alignment", "model 'toy-model', variant 'relu-output'"),
        (FEATURES, TOY | {"variant": "absolute-value"}, "feature-norm", "model 'toy-model', variant 'relu-output'"),
    ],
)
def test_a_measure_without_a_meaning_is_named(task, model, measure, needs):
    error = the_error(data(task, model, measure=measure))
    assert error.field == "measures.0.name"
    assert f"'{measure}' needs {needs}" in error.message


@pytest.mark.parametrize("analysis", ["fourier-spectrum", "in-context-curve", "feature-directions"])
def test_an_analysis_without_a_meaning_is_named(analysis):
    error = the_error(data(PREVIOUS, TRANSFORMER, analyses=[{"name": analysis}]))
    assert error.field == "analyses.0.name"
    assert f"'{analysis}' needs" in error.message


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (MLP | {"d_embed": 8}, "model.d_embed"),
        (MLP | {"inputs": "embedded-sum"}, "model.d_embed"),
        (MLP | {"tied": True}, "model.tied"),
    ],
)
def test_a_table_of_embeddings_is_given_where_it_is_used(model, field):
    assert the_error(data(ADDITION, model)).field == field


def test_a_model_without_a_name_is_a_transformer():
    assert recipe_from_data(data(ADDITION, {"d_mlp": 64})).model.name == "transformer"


def test_a_field_of_another_family_is_refused_with_the_fields_of_this_one():
    assert "d_hidden" not in the_error(data(ADDITION, MLP | {"d_hidden": 3})).allowed
    assert the_error(data(ADDITION, MLP | {"n_heads": 3})).field == "model.n_heads"


def test_fields_of_every_family_can_be_swept():
    recipe = recipe_from_data(data(FEATURES, TOY, sweep={"model.dropout": [0.0, 0.5], "task.sparsity": [0.5]}))
    assert [at_point(recipe, point).model.dropout for point in recipe.points()] == [0.0, 0.5]


def test_a_fixed_training_set_is_needed_for_full_batches():
    assert the_error(data(FEATURES, TOY, training={"steps": 10})).field == "training.batch"


def test_the_unit_of_the_loss_is_that_of_the_answers():
    units = [recipe_from_data(data(*parts)) for parts in ((ADDITION, MLP), (FEATURES, TOY))]
    assert [r.measures[0].unit_on(r.task) for r in units] == ["nats per token", "squared error"]


@pytest.mark.parametrize(
    ("task", "model", "intervention", "field"),
    [
        (FEATURES, TOY, {"name": "fourier-loss", "coefficient": 1.0}, "interventions.0"),
        (REGRESSION, TRANSFORMER, {"name": "fourier-loss", "coefficient": 1.0}, "interventions.0"),
        (FEATURES, TOY, {"name": "shuffle-labels"}, "interventions.0"),
        (PREVIOUS, TRANSFORMER, {"name": "project-out", "frequencies": [1]}, "interventions.0"),
        (ADDITION, MLP, {"name": "project-out", "frequencies": [4]}, "interventions.0.frequencies"),
        (ADDITION, MLP, {"name": "freeze", "parameters": ["W_Q"]}, "interventions.0.parameters"),
        (ADDITION, TRANSFORMER, {"name": "freeze", "parameters": ["W"]}, "interventions.0.parameters"),
        (FEATURES, TOY, {"name": "mask-weights", "keep": 0.5, "parameters": ["W_in"]}, "interventions.0.parameters"),
    ],
)
def test_an_intervention_that_finds_nothing_to_work_on_is_refused(task, model, intervention, field):
    assert the_error(data(task, model, interventions=[intervention])).field == field


@pytest.mark.parametrize("when", ["once", "for-ever"])
def test_a_lasting_mask_and_a_lasting_projection_would_undo_each_other(when):
    interventions = [{"name": "project-out", "frequencies": [1], "when": when}, {"name": "mask-weights", "keep": 0.5}]
    asked = data(ADDITION, MLP, interventions=interventions)
    if when == "once":
        recipe_from_data(asked)
    else:
        assert the_error(asked).field == "interventions.1"


@pytest.mark.parametrize("field", ["interventions.0.every", "interventions.1"])
def test_pruning_comes_once_and_leaves_steps_to_train(field):
    pruning = {"name": "prune-and-rewind", "keep": 0.5, "every": 6 if field.endswith("every") else 5, "rounds": 2}
    interventions = [pruning] * (1 if field.endswith("every") else 2)
    error = the_error(data(ADDITION, MLP, training={"steps": 12}, interventions=interventions))
    assert error.field == field


def test_a_graft_names_matrices_of_the_model():
    start = {"run": 1, "take": "grafts", "grafts": [{"parameters": ["W_Q"], "head": 0}]}
    error = the_error(data(ADDITION, MLP, start=start))
    assert (error.field, error.allowed) == ("start.grafts.0.parameters", "W_in, W_U")


def test_only_tasks_of_tokens_are_parts_of_another():
    mixed = {"name": "mixture", "parts": [{"name": "a", "task": FEATURES}, {"name": "b", "task": FEATURES}]}
    with pytest.raises(InvalidRecipe, match="there is no 'feature-reconstruct'"):
        recipe_from_data(data(mixed, TOY))


def test_an_mlp_cannot_learn_parts_with_several_answers():
    parts = {"name": "two-phase", "switch_at": 5, "first": PREVIOUS, "second": PREVIOUS}
    assert the_error(data(parts, MLP)).allowed == "transformer"
