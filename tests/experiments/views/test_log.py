"""The log: numbered, asked for piece by piece, complete after every death, and kept as a file."""

import pytest

from experiments.models import RunEvent
from experiments.protocol import Failure, LogEvent, Outcome
from experiments.services.finishing import finish_shard
from experiments.services.leases import reap_expired
from tests.experiments.making import claim, go_silent

pytestmark = pytest.mark.django_db


def lines(n: int, *, start: int = 0) -> list[LogEvent]:
    return [LogEvent(at="2026-01-01T00:00:00Z", text=f"line {k}") for k in range(start, start + n)]


def fail(granted, kind="storage", **said):
    failure = Failure(failure=kind, message="It broke.", traceback="Traceback: the place", **said)
    finish_shard(lease=granted.lease, outcome=Outcome(epoch=granted.lease.epoch, result="failed", failure=failure))


def asked(client, run, **query):
    return client.get(f"/api/runs/{run.pk}/log/", query).json()


def test_asking_piece_by_piece_gives_every_line_once_and_numbered(client, training):
    training.tell(*lines(7))
    run, seen, after = training.shard.run, [], 0
    while True:
        part = asked(client, run, after=after, limit=3)
        seen += part["lines"]
        after = part["after"]
        if part["is_whole"]:
            break
    assert [line["number"] for line in seen] == list(range(1, len(seen) + 1))
    assert [line["text"] for line in seen if line["kind"] == "log"] == [f"line {k}" for k in range(7)]
    training.tell(*lines(1, start=7))
    assert [line["text"] for line in asked(client, run, after=after)["lines"]] == ["line 7"]


def test_a_shard_may_be_asked_for_alone(client, training):
    training.tell(*lines(2))
    run = training.shard.run
    assert [line["number"] for line in asked(client, run, shard=0)["lines"]] == [1, 2, 3]  # its claim comes first
    assert asked(client, run, shard=1)["lines"] == []


@pytest.mark.parametrize("query", [{"after": "x"}, {"limit": 0}, {"limit": 501}, {"shard": -1}])
def test_what_makes_no_sense_is_refused(client, run, query):
    answer = client.get(f"/api/runs/{run.pk}/log/", query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert set(answer.json()["fields"]) == set(query)


def test_words_of_an_attempt_that_is_tried_again_are_kept(client, training, worker):
    training.tell(*lines(1))
    fail(training.granted)
    again = claim(training.shard, worker)
    go_silent(training.shard)
    reap_expired()
    text = "".join(part.decode() for part in client.get(f"/runs/{training.shard.run_id}/log.txt").streaming_content)
    assert "storage: It broke.\n    Traceback: the place" in text
    assert "line 0" in text and "Nothing heard from worker" in text
    assert again.lease.epoch == 2 and "attempt 2" in text


def test_page_of_a_failure_tells_type_sentence_hint_traceback_and_last_lines(client, training):
    training.tell(*lines(30))
    fail(training.granted, kind="out_of_memory")
    shown = client.get(f"/runs/{training.shard.run_id}/").content.decode()
    for told in ("Shard 0 failed: out of memory.", "It broke.", "Ask for a smaller model", "Traceback: the place"):
        assert told in shown
    assert "Its last 20 log lines" in shown
    assert f'href="/runs/{training.shard.run_id}/?shard=0#log"' in shown


def test_live_log_ends_with_where_to_ask_next_and_an_ended_one_does_not(client, training):
    training.tell(*lines(1))
    run, last = training.shard.run, RunEvent.objects.latest("pk").pk
    asks = f'data-url="/runs/{run.pk}/log/?after={last}"'
    assert asks in client.get(f"/runs/{run.pk}/").content.decode()
    assert asks in client.get(f"/runs/{run.pk}/log/", {"after": last}).content.decode()
    fail(training.granted, kind="invalid")
    assert 'class="more"' not in client.get(f"/runs/{run.pk}/").content.decode()


def test_long_log_is_shown_from_near_its_end_with_a_way_to_the_start(client, training):
    training.tell(*lines(300))
    page = f"/runs/{training.shard.run_id}/"
    shown = client.get(page).content.decode()
    assert "line 299" in shown and ">line 0<" not in shown and "earlier lines" in shown
    assert "line 0\n" in client.get(page, {"log": "all"}).content.decode().replace("</li>", "\n")
