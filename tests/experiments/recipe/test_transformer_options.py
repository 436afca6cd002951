"""The options of a transformer: which of them fit together, what they name, and what is left to a rule."""

import pytest

from experiments.recipe import InvalidRecipe, at_point, recipe_from_data, recipe_from_toml, resolve
from experiments.recipe.models import FAMILIES, Model, Transformer
from tests.experiments.recipe.test_fitting import ADDITION, FEATURES, MLP, REGRESSION, TOY, TRANSFORMER, data, the_error


def frozen(*parameters):
    return [{"name": "freeze", "parameters": list(names)} for names in parameters]


def test_a_family_that_leaves_a_question_open_cannot_be_made():
    with pytest.raises(TypeError, match="can_learn, has_vectors, matrices"):
        Model()


def test_only_tokens_can_be_answered_with_the_table_of_tokens():
    recipe_from_data(data(ADDITION, TRANSFORMER | {"tied": True}))
    error = the_error(data(REGRESSION, TRANSFORMER | {"tied": True}))
    assert (error.field, error.allowed) == ("model.tied", "false")
    assert "'icl-regression' has no table of tokens" in error.message


def test_a_tied_unembedding_is_no_matrix_of_its_own():
    assert "W_U" not in Transformer(tied=True).matrices
    error = the_error(data(ADDITION, TRANSFORMER | {"tied": True}, interventions=frozen(["W_U"])))
    assert error.allowed == "W_E, W_pos, W_Q, W_K, W_V, W_O, W_in, W_out"


def test_sinusoids_are_no_matrix():
    assert "W_pos" not in Transformer(positions="sinusoidal").matrices


@pytest.mark.parametrize("scale", [0.0, -1.0, 1001.0])
def test_a_scale_of_attention_is_a_positive_number(scale):
    assert the_error(data(ADDITION, TRANSFORMER | {"attention_scale": scale})).field == "model.attention_scale"


@pytest.mark.parametrize(
    ("model", "field", "allowed"),
    [
        ({"d_model": 20, "n_heads": 8}, "model.n_heads", "what divides d_model, or any number together with d_head"),
        ({"d_head": 5, "positions": "rotary"}, "model.d_head", "even"),
        ({"d_model": 2048, "n_heads": 2}, "model.n_heads", "at least 4 heads"),
        (
            {"activation": "tanh"},
            "model.activation",
            "'relu', 'gelu', 'gelu_new', 'silu', 'solu', 'solu_ln' or 'square'",
        ),
        ({"init": "zeros"}, "model.init", None),
        ({"normalization": "BN"}, "model.normalization", "'none', 'LN', 'LNPre', 'RMS' or 'RMSPre'"),
    ],
)
def test_what_does_not_fit_is_told_with_what_does(model, field, allowed):
    error = the_error(data(ADDITION, TRANSFORMER | model))
    assert error.field == field
    assert error.allowed == allowed or (allowed is None and "kaiming_normal" in error.allowed)


def test_the_scale_of_attention_follows_the_width_of_a_head():
    resolved = resolve(recipe_from_data(data(ADDITION, TRANSFORMER | {"d_model": 64, "n_heads": 4})))
    assert (resolved.model.d_head, resolved.model.attention_scale) == (16, 0.25)


def test_rules_hold_at_each_grid_point_also_after_the_recipe_was_resolved(toml):
    recipe = recipe_from_toml(toml + '\n[sweep]\n"model.d_model" = [16, 64]\n')
    stored = recipe_from_data(resolve(recipe).model_dump(mode="json"))
    for point, d_head in zip(recipe.points(), (4, 16), strict=True):
        assert at_point(stored, point) == at_point(recipe, point)
        assert at_point(stored, point).model.d_head == d_head


EVERY_MATRIX = {
    "transformer": ["W_E", "W_pos", "W_Q", "W_K", "W_V", "W_O", "W_in", "W_out", "W_U"],
    "mlp": ["W_in", "W_U"],
}


@pytest.mark.parametrize("model", [TRANSFORMER, MLP])
def test_a_recipe_that_freezes_everything_is_refused(model):
    first, *rest = EVERY_MATRIX[model["name"]]
    error = the_error(data(ADDITION, model, interventions=frozen([first], rest)))
    assert error.field == "interventions.1.parameters"
    assert "nothing is left to train" in error.message
    assert error.allowed == f"all but one of {', '.join([first, *rest])}"
    recipe_from_data(data(ADDITION, model, interventions=frozen(rest)))


@pytest.mark.parametrize("options", [{"biases": True}, {"normalization": "RMS"}, {"activation": "solu_ln"}], ids=str)
def test_biases_and_norms_may_be_all_that_is_trained(options):
    recipe_from_data(data(ADDITION, TRANSFORMER | options, interventions=frozen(EVERY_MATRIX["transformer"])))


def test_the_bias_of_a_toy_model_is_left_to_train():
    recipe_from_data(data(FEATURES, TOY, interventions=frozen(["W"])))


def test_a_swept_option_that_leaves_nothing_to_train_is_refused():
    everything = frozen(EVERY_MATRIX["transformer"])
    with pytest.raises(InvalidRecipe, match="nothing is left to train"):
        recipe_from_data(
            data(
                ADDITION,
                TRANSFORMER | {"biases": True},
                interventions=everything,
                sweep={"model.biases": [True, False]},
            )
        )


def test_every_family_says_whether_it_has_more_than_matrices():
    assert {family: family().has_vectors for family in FAMILIES} == dict(
        zip(FAMILIES, (False, False, True), strict=True)
    )
