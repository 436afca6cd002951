import pytest
import torch

from experiments.recipe.measures import LinearProbe, MlpProbe
from tests.workers.science.runs import recipe
from workers.science.hidden_states import hidden_states_of
from workers.science.measures import measure
from workers.science.measures.probes import at_answers, halves, probe_residual_stream
from workers.science.probes import fit_linear

TINY = recipe(
    task={"name": "othello", "size": 4, "n_test": 60},
    model={"n_layers": 2, "d_model": 16, "n_heads": 2, "d_mlp": 16},
    training={"steps": 1, "batch": 4},
    measures=[{"name": "linear-probe"}],
)


def test_every_layer_is_probed_for_every_encoding_and_the_best_goes_by_the_name_of_it(snapshot):
    found = measure(LinearProbe(), snapshot)
    for state in ("mine-theirs", "black-white"):
        places = torch.stack([found.pop(f"{state} {at}") for at in ("embedding", "L0", "L1")])
        assert torch.equal(found.pop(state), places.amax(0))
        majority, shuffled = found.pop(f"{state} majority"), found.pop(f"{state} shuffled")
        assert (shuffled < majority + 0.05).all() and (places.amax(0) > majority).all()
    assert not found


def test_a_square_that_is_never_empty_is_told_better_than_by_the_majority_of_three(snapshot):
    in_embedding = next(iter(probe_residual_stream(snapshot, fit_linear)))
    assert in_embedding.at == "embedding" and in_embedding.accuracies.shape == (2, 16)
    middle = [5, 6, 9, 10]
    assert (in_embedding.accuracies[:, middle] > 0.4).all()


def test_no_example_both_fits_and_scores_a_probe(snapshot):
    state = hidden_states_of(snapshot.task, snapshot.splits["test"])["mine-theirs"]
    fitted, scored = halves(snapshot, state.values)
    assert fitted.shape == (2, 45 * 11, 16) and scored.shape == (2, 15 * 11, 16)
    assert at_answers(snapshot, "blocks.0.hook_resid_pre").shape == (2, 60, 11, 16)


def test_a_probe_with_a_hidden_layer_has_the_same_components(snapshot):
    assert measure(MlpProbe(n_hidden=4, n_steps=2), snapshot).keys() == measure(LinearProbe(), snapshot).keys()


@pytest.mark.parametrize(
    "change", [{"task": {"name": "othello", "size": 4, "n_test": 7}}, {"task": {"name": "previous-token"}}]
)
def test_a_task_without_enough_to_probe_is_refused(change):
    with pytest.raises(ValueError, match="hidden states"):
        recipe(TINY.model_dump(mode="json", exclude_unset=True), **change)
