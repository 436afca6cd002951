"""The page of a run shows its numbers without JavaScript, and stops asking once the run has ended."""

import pytest
from django.utils import timezone

from experiments.models import Run, Worker
from experiments.protocol import Failure, LogEvent, Outcome
from experiments.services.finishing import finish_shard
from experiments.services.runs import request_cancel, submit_run
from experiments.views import runs
from tests.experiments.making import claim, make_recipe, make_run
from tests.experiments.views.conftest import EXPECTED

pytestmark = pytest.mark.django_db


def page(client, run, path="", **query):
    answer = client.get(f"/runs/{run.pk}/{path}", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_run_that_waits_says_why(client, run):
    shown = page(client, run)
    assert "QUEUED" in shown
    assert "No worker of any class is connected" in shown
    assert "Nothing is measured yet" in shown


def test_a_running_one_shows_values_so_far_and_asks_again(client, training):
    training.measure((0, 0, 4.0), (1, 0, 0.5))
    shown = page(client, training.shard.run)
    assert 'hx-trigger="every 2s"' in shown
    assert "1 of 2 seeds so far" in shown
    assert "not yet met" in shown


def test_an_ended_one_shows_what_each_seed_did_and_asks_no_more(client, ended):
    shown = page(client, ended)
    assert "every 2s" not in shown
    assert "Test loss at most 1 at the end" in shown
    assert "1 of 2 seeds." in shown
    assert "not finite" in shown


def test_an_expectation_of_some_grid_points_has_no_rows_for_the_others(client, alice):
    limited = EXPECTED + 'where = { "model.d_mlp" = 8 }\n[sweep]\n"model.d_mlp" = [8, 0]\n'
    shown = page(client, make_run(alice, sweep=limited))
    assert "Test loss at most 1 at the end, where model.d_mlp = 8" in shown
    assert "0 of 2 seeds and grid points so far" in shown
    table = shown.partition("<h2>Expectations</h2>")[2].partition("</table>")[0]
    assert table.count("<td>d_mlp = 8</td>") == 2
    assert "d_mlp = 0" not in table


def test_its_files_can_be_downloaded_and_resume_states_are_not_listed(client, ended):
    shown = page(client, ended)
    assert "resume/state" not in shown
    answer = client.get(f"/api/runs/{ended.pk}/artifacts/checkpoints/seed-0/step-100.safetensors/?shard=0")
    assert f'href="{answer.request["PATH_INFO"]}?shard=0"' in shown
    assert b"".join(answer.streaming_content) == b"w"


def test_the_checkpoints_of_another_seed_are_a_link_away(client, ended):
    assert "checkpoints/seed-1/step-100.safetensors" in page(client, ended, "files/", seed=1, point=0)


def test_its_panels_come_with_their_numbers(client, ended):
    shown = page(client, ended)
    assert "A curve" in shown
    assert '<th scope="col">seed 0, seed 0</th>' in shown
    figure = client.get(f"/runs/{ended.pk}/panels/curve/").json()
    assert figure["data"][0]["y"] == [1.0, 2.0]
    assert client.get(f"/runs/{ended.pk}/panels/nothing/").status_code == 404


def test_it_says_what_it_ran_on(client, ended):
    shown = page(client, ended)
    assert "e" * 64 in shown
    assert "<dt>python</dt><dd>3.11</dd>" in shown


def test_a_failure_is_told_with_its_hint(client, training):
    failure = Failure(failure="not_finite", message="The loss is not finite.", hint="Lower the learning rate.")
    outcome = Outcome(epoch=training.granted.lease.epoch, result="failed", failure=failure)
    finish_shard(lease=training.granted.lease, outcome=outcome)
    shown = page(client, training.shard.run)
    assert "Shard 0 failed: not finite." in shown
    assert "Lower the learning rate." in shown
    assert "not measured" in shown


def test_the_log_is_numbered_and_goes_on_after_a_line(client, training):
    training.tell(*(LogEvent(at="2026-01-01T00:00:00Z", text=f"line {n}") for n in range(3)))
    run = training.shard.run
    first = run.events.order_by("pk").first()
    later = page(client, run, "log/", after=first.pk)
    assert "line 2" in later
    assert '<li value="2">' in later
    assert '<li value="1">' not in later


def test_the_live_part_of_a_run_that_just_ended_brings_its_files(client, ended):
    live = page(client, ended, "live/")
    assert 'id="files" hx-swap-oob="true"' in live
    assert "every 2s" not in live


def test_a_cancelled_run_says_so(client, run, alice):
    request_cancel(run=run, by=alice)
    assert "CANCELLED" in page(client, run)


def test_a_crowd_of_seeds_starts_as_a_median(client, alice):
    run = submit_run(recipe=make_recipe(alice, seeds=tuple(range(64)), stack=16), submitter=alice)
    shown = page(client, run)
    assert 'name="seeds" value="median" checked' in shown
    assert 'name="seeds" value="all" checked' in page(client, run, seeds="all")


def test_what_does_not_exist_is_not_found(client, db):
    assert {client.get(f"/runs/9/{path}").status_code for path in ("", "live/", "log/", "files/", "curves/")} == {404}


def test_the_workers_page_names_what_each_does(client, training):
    Worker.objects.update(last_seen=timezone.now())
    shown = client.get("/workers/").content.decode()
    assert f"Run {training.shard.run_id}</a>, shard 0" in shown
    assert "a small machine" in shown
    assert "Nothing waits" in shown


def test_the_workers_page_counts_what_waits(client, run):
    shown = client.get("/workers/").content.decode()
    assert "No worker has been heard of" in shown
    assert '<th scope="row">any</th><td class="right num">1</td>' in shown
    assert Run.objects.live().count() == 1


def test_state_and_reason_are_of_one_moment_although_a_worker_takes_it_meanwhile(
    client, run, shard, worker, monkeypatch
):
    def read_then_taken(pk):
        read = Run.objects.select_related("recipe__problem", "recipe__author", "submitter").get(pk=pk)
        claim(shard, worker)
        return read

    monkeypatch.setattr(runs, "_run", read_then_taken)
    shown = page(client, run)
    assert "RUNNING" in shown and "carries it out" in shown
    assert "QUEUED" not in shown
