import torch

from tests.workers.science.runs import carry_out, measured, of_kind, recipe
from workers.science.events import Finished, Noticed
from workers.science.training.divergence import PATIENCE, DivergenceWatch

WEIGHTS = {"embed.W_E": torch.ones(2, 3), "unembed.W_U": 5 * torch.ones(2, 3)}


def told(losses, watch=None, first_step=0):
    """What is said of a run of losses, one list of two seeds per step."""
    watch = watch or DivergenceWatch((4, 7), torch.device("cpu"))
    said = []
    for step, pair in enumerate(losses, start=first_step):
        watch.see(torch.tensor(pair), is_first=step == 0)
        watch.check(WEIGHTS, WEIGHTS)
        said.append(watch.take_notices())
    return said


def test_a_seed_whose_loss_stays_high_is_told_of_once_with_step_and_tensor():
    said = told([[2.0, 2.0]] + [[1.0, 21.0]] * (PATIENCE + 50))
    ((step, text),) = [told for each in said for told in each]
    assert step == PATIENCE
    assert f"seed 7 has been above 20 for {PATIENCE} updates and is 21 at step {PATIENCE}" in text
    assert "unembed.W_U" in text


def test_a_loss_that_recovers_in_time_is_no_divergence():
    spike = [[100.0, 100.0]] * (PATIENCE - 1) + [[1.0, 1.0]]
    assert not any(told([[2.0, 2.0]] + spike * 3))


def test_a_run_that_starts_near_zero_may_rise_to_what_others_start_with():
    assert not any(told([[1e-6, 1e-6]] + [[9.0, 9.0]] * 2 * PATIENCE))


def test_the_count_goes_on_after_a_resume():
    watch = DivergenceWatch((4, 7), torch.device("cpu"))
    told([[2.0, 2.0]] + [[1.0, 21.0]] * (PATIENCE - 1), watch)
    resumed = DivergenceWatch((4, 7), torch.device("cpu"))
    resumed.restore({name: value.clone() for name, value in watch.state().items()})
    assert told([[1.0, 21.0]], resumed, first_step=PATIENCE) != [[]]


def test_a_diverging_run_goes_on_to_its_end():
    training = {"steps": 150, "optimizer": "adam", "learning_rate": 10.0, "weight_decay": 0.0, "warmup_steps": 0}
    events = carry_out(recipe(training=training))
    assert {event.text.split(" has")[0] for event in of_kind(Noticed, events)} <= {
        "The training loss of seed 0",
        "The training loss of seed 1",
    }
    assert of_kind(Noticed, events) and of_kind(Finished, events)
    assert measured(events, "loss")[150] > measured(events, "loss")[0]
