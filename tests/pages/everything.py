"""One of everything that has an address: Alice owns it, Carol curates it."""

import datetime
from typing import Any

from django.utils import timezone

from experiments.models import Pause, Run
from experiments.services.finishing import finish_shard
from experiments.services.headlines import keep_headline
from experiments.services.runs import submit_run
from problems.models import Comment, HelpWanted, Idea, Problem, Proposal, SavedFilter, User
from problems.services.claim_links import claim_link, stop_mail_link
from problems.services.claims import claim_problem
from problems.services.digests import stop_link
from problems.services.exports import export_of_the_day
from problems.services.feeds import renew_feed_token
from problems.services.merging import merge_duplicate
from problems.services.numbers import add_problem
from problems.services.resolving import resolve
from tests.experiments.making import claim, make_run, make_worker, panel, stored_file, succeeded

Keys = dict[str, Any]


def everything(alice: User, carol: User) -> Keys:
    run = make_run(alice)
    problem = run.recipe.problem
    assert problem is not None
    Problem.objects.filter(pk=problem.pk).update(subcategory="Grokking")
    keys = run_by(alice, run) | written_by(alice, problem) | curated_by(carol, problem, run) | links_of(alice, problem)
    exports = export_of_the_day(timezone.now() + datetime.timedelta(seconds=1))
    return keys | {"export": exports[0].file_name}


def run_by(alice: User, run: Run) -> Keys:
    """One run that has ended, and one that waits."""
    worker = make_worker(alice)
    granted = claim(run.shards.get(), worker)
    finish_shard(
        lease=granted.lease, outcome=succeeded(granted, stored_file("panels/curve.json", panel(0), kind="panel"))
    )
    keep_headline(granted.lease.shard.run)  # which waits for the end of the transaction, and a test may be one
    waiting = submit_run(recipe=run.recipe, submitter=alice)
    keys = {"run": run.pk, "recipe": run.recipe_id, "waiting": waiting.pk, "worker": worker.pk}
    return keys | {"shard": waiting.shards.get().pk, "sha256": "0" * 64}


def written_by(alice: User, problem: Problem) -> Keys:
    own: Keys = {"added_by": alice}
    made = {
        "comment": Comment.objects.create(problem=problem, body="Look", **own),
        "wish": HelpWanted.objects.create(problem=problem, kind="mentor", text="An hour", **own),
        "idea": Idea.objects.create(title="Two ways", summary="Or one", kind="hypothesis", **own),
        "proposal": Proposal.objects.create(category=problem.category, statement="When?", approval="pending", **own),
        "saved": SavedFilter.objects.create(owner=alice, name="Mine", query="difficulty=B"),
    }
    return {name: row.pk for name, row in made.items()}


def curated_by(carol: User, problem: Problem, run: Run) -> Keys:
    """5.4 was a duplicate of 5.3, which is resolved."""
    duplicate = add_problem(category=problem.category, statement="Why not?", added_by=None, reason="for tests")
    merge_duplicate(duplicate, into=problem, curator=carol, reason="the same")
    resolution = resolve(problem, part=None, run=run.pk, curator=carol, reason="it is shown")
    pause = Pause.objects.create(hardware_class="gpu", reason="moving", paused_by=carol)
    return {"resolution": resolution.pk, "pause": pause.pk}


def links_of(alice: User, problem: Problem) -> Keys:
    """What is in her mail and her feed reader."""
    claimed = claim_problem(problem, alice, plan="Look")
    renew_feed_token(alice)
    links = {
        "claim_link": claim_link(claimed, "claim-keep"),
        "mail_link": stop_mail_link(alice),
        "digest_link": stop_link(alice),
    }
    return {name: url.split("/")[-3] for name, url in links.items()} | {"feed": alice.feed_token}
