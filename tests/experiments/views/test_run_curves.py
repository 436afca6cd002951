"""The curves of a run: everything at first, then only what is new, and everything again after a restart."""

import pytest

from experiments.figures import uid_of
from experiments.services.leases import claim_shard, give_back
from experiments.services.runs import submit_run
from tests.experiments.making import make_recipe
from tests.experiments.views.conftest import Training

pytestmark = pytest.mark.django_db


def ask(client, run, **query):
    return client.get(f"/runs/{run.pk}/curves/", query).json()


def next_question(answer):
    return {"after": answer["after"], "generation": answer["generation"]}


def test_nothing_is_measured_at_first(client, run):
    answer = ask(client, run)
    assert (answer["figures"], answer["ended"], answer["n_panels"]) == ({}, False, 0)


def test_every_seed_is_a_trace(client, training):
    training.measure((0, 0, 4.0), (1, 0, 5.0), (0, 10, 3.0))
    figure = ask(client, training.shard.run)["figures"]["loss"]
    assert [(trace["x"], trace["y"]) for trace in figure["data"]] == [([0, 10], [4.0, 3.0]), ([0], [5.0])]
    assert figure["layout"]["yaxis"]["title"]["text"] == "loss (nats per token)"


def test_only_what_is_new_is_sent(client, training):
    training.measure((0, 0, 4.0), (1, 0, 5.0))
    first = ask(client, training.shard.run)
    training.measure((0, 10, 3.0))
    second = ask(client, training.shard.run, **next_question(first))
    assert not second["whole"]
    [trace] = second["figures"]["loss"]["data"]
    assert (trace["uid"], trace["x"], trace["y"]) == (uid_of("test", 0), [10], [3.0])
    assert ask(client, training.shard.run, **next_question(second))["figures"] == {}


def test_a_median_is_sent_from_the_first_step_that_moved(client, training):
    training.measure((0, 0, 4.0), (1, 0, 6.0), (0, 10, 3.0))
    first = ask(client, training.shard.run, seeds="median")
    assert first["figures"]["loss"]["data"][2]["y"] == [5.0, 3.0]
    training.measure((1, 10, 5.0))
    second = ask(client, training.shard.run, seeds="median", **next_question(first))
    assert [trace["y"] for trace in second["figures"]["loss"]["data"]][2] == [4.0]
    assert [trace["x"] for trace in second["figures"]["loss"]["data"]] == [[10]] * 3


def test_smoothing_goes_on_from_what_came_before(client, training):
    training.measure((0, 0, 1.0))
    first = ask(client, training.shard.run, smoothing="0.5")
    training.measure((0, 10, 0.0))
    second = ask(client, training.shard.run, smoothing="0.5", **next_question(first))
    assert second["figures"]["loss"]["data"][0]["y"] == [pytest.approx(1 / 3)]


def test_after_a_restart_everything_is_sent_again(client, training, worker):
    training.measure((0, 0, 4.0), (0, 10, 3.0))
    first = ask(client, training.shard.run)
    training.shard.refresh_from_db()
    give_back(training.shard, training.shard.run)
    claim_shard(shard_id=training.shard.pk, worker=worker)
    again = ask(client, training.shard.run, **next_question(first))
    assert again["whole"]
    assert again["figures"] == {}


def test_an_ended_run_says_that_nothing_more_comes(client, ended):
    answer = ask(client, ended)
    assert (answer["ended"], answer["n_panels"]) == (True, 1)
    assert answer["figures"]["loss"]["data"][1]["y"] == [4.5, None]


@pytest.mark.parametrize(("query", "scale"), [({}, "log"), ({"y": "linear"}, "linear"), ({"y": "cubic"}, "log")])
def test_the_address_chooses_the_axes(client, training, query, scale):
    training.measure((0, 0, 4.0))
    assert ask(client, training.shard.run, **query)["figures"]["loss"]["layout"]["yaxis"]["type"] == scale


@pytest.mark.parametrize("junk", ["x", "-1", "1e9", "9" * 40])
def test_a_senseless_question_is_answered_from_the_start(client, training, junk):
    training.measure((0, 0, 4.0))
    assert "loss" in ask(client, training.shard.run, after=junk, generation=junk, smoothing=junk)["figures"]


def test_grid_points_are_told_apart(client, alice, bob):
    recipe = make_recipe(alice, sweep='[sweep]\n"task.train_fraction" = [0.3, 0.5]')
    run = submit_run(recipe=recipe, submitter=alice)
    for shard in run.shards.all():
        Training(shard, bob).measure((0, 0, 4.0 + shard.point))
    traces = ask(client, run, seeds="all")["figures"]["loss"]["data"]
    assert [trace["name"] for trace in traces] == [
        "test, train_fraction = 0.3, seed 0",
        "test, train_fraction = 0.5, seed 0",
    ]
