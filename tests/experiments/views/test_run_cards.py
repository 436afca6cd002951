"""A run that somebody mentions in a discussion shows its card there, live until it ends."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from experiments.evidence import ExperimentEvidence
from experiments.models import Run, State
from problems.evidence import UnreflectedRuns
from problems.models import Comment
from tests.experiments.making import make_run

pytestmark = pytest.mark.django_db


def test_a_mentioned_run_has_a_card_that_asks_again_until_it_ends(client, run):
    problem = run.recipe.problem
    Comment.objects.create(problem=problem, body=f"See run {run.pk} and run 999")
    page = client.get(problem.get_absolute_url()).content.decode()
    assert f'hx-get="/runs/{run.pk}/card/"' in page and f'<a href="/runs/{run.pk}/" rel=' in page
    assert "QUEUED" in client.get(f"/runs/{run.pk}/card/").content.decode().upper()
    Run.objects.update(state=State.SUCCEEDED)
    assert "hx-get" not in client.get(f"/runs/{run.pk}/card/").content.decode()
    assert client.get("/runs/999/card/").status_code == 404


def test_cards_take_a_constant_number_of_queries(run, alice):
    def n_queries(runs):
        with CaptureQueriesContext(connection) as queries:
            cards = ExperimentEvidence().cards(runs)
        assert set(cards) == set(runs)
        return len(queries)

    few, more = n_queries([run.pk]), [run.pk, *(make_run(alice).pk for _ in range(4))]
    assert n_queries(more) == few


def test_runs_that_succeeded_since_are_counted(run):
    evidence, problem, now = ExperimentEvidence(), run.recipe.problem, timezone.now()
    assert evidence.runs_since(problem, None) == UnreflectedRuns()
    Run.objects.update(state=State.SUCCEEDED, ended_at=now)
    assert evidence.runs_since(problem, None) == UnreflectedRuns(1, now)
    assert evidence.runs_since(problem, now).n == 0
    assert evidence.runs_since(problem, now - datetime.timedelta(seconds=1)).n == 1
