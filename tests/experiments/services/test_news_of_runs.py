"""A run keeps its submitter's claim fresh and, when it succeeds, is news."""

import datetime

from django.utils import timezone

from experiments.models import Run, Shard, State
from experiments.services.transitions import cancel_queued_shards, move_shard
from problems.models import Activity, Claim, Freshness, Subscription
from problems.services.claims import claim_problem
from tests.experiments.making import make_run


def claim_of_old(run: Run) -> Claim:
    assert run.submitter
    claim = claim_problem(run.recipe.problem, run.submitter, plan="Look")
    Claim.objects.update(last_activity_at=timezone.now() - datetime.timedelta(days=60))
    return claim


def test_submitting_follows_the_problem_and_refreshes_the_claim(run, alice):
    claim = claim_of_old(run)
    make_run(alice)
    claim.refresh_from_db()
    assert claim.freshness == Freshness.FRESH
    assert Subscription.objects.filter(user=alice, problem=run.recipe.problem).exists()


def test_a_run_that_succeeds_is_news_and_refreshes_the_claim(run: Run, shard: Shard):
    claim = claim_of_old(run)
    for state in (State.RUNNING, State.FINISHING, State.SUCCEEDED):
        move_shard(shard, state, reason="test")
    claim.refresh_from_db()
    told = Activity.objects.get(kind=Activity.Kind.RUN)
    assert claim.freshness == Freshness.FRESH
    assert (told.actor, told.url, told.text) == (run.submitter, f"/runs/{run.pk}/", f"run {run.pk}, {run.recipe.title}")


def test_a_cancelled_run_is_no_news(run: Run):
    cancel_queued_shards(run, reason="test")
    assert not Activity.objects.filter(kind=Activity.Kind.RUN).exists()
