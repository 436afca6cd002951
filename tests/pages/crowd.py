"""More of everything that `everything.py` made one of: `n` more rows on each list that a page shows."""

import datetime
from typing import Any

from django.utils import timezone

from experiments.models import Pause
from experiments.services.events import store_batch
from experiments.services.finishing import finish_shard
from experiments.services.headlines import keep_headline
from experiments.services.runs import submit_run
from problems.models import (
    Activity,
    Alias,
    Category,
    Claim,
    ClaimEvent,
    Comment,
    CuratorAct,
    Export,
    HelpWanted,
    Idea,
    Part,
    Prediction,
    Problem,
    Proposal,
    Reference,
    Resolution,
    Resource,
    SavedFilter,
    StatusChange,
    User,
)
from problems.services.following import follow
from problems.services.listed import rebuild
from problems.services.numbers import add_problem
from tests.experiments.making import batch, claim, make_person, make_recipe, make_worker, measured, succeeded

Fields = dict[str, Any]


def crowd(n: int, *, alice: User, carol: User) -> None:
    """Call it as often as one likes; each call comes with people of its own."""
    problem = Problem.objects.get(number="5.3")
    first = User.objects.count()
    people = [make_person(f"person-{first + i}", is_verified_expert=True) for i in range(n)]
    for i, person in enumerate(people):
        problems_of(person, problem, i)
        said_by(person, problem)
        waiting_of(person, problem)
        followed_by_alice(alice, person)
        ran_by(person, problem)
    done_by_alice(alice, people)
    done_by_carol(carol, problem, people)
    rebuild()


def problems_of(person: User, problem: Problem, i: int) -> None:
    """One more on the list, in category 5 and in a category of its own, each linked with 5.3."""
    number = Category.objects.count() + 10
    category = Category.objects.create(number=number, name=f"Category {number}", motivation="Why not?", tips="Look")
    for place in (problem.category, category):
        fields: Fields = {"statement": f"When? Using 5.3, as @{person.username} asked", "subcategory": f"Part {i}"}
        other = add_problem(category=place, added_by=person, reason="for tests", starred=True, **fields)
        other.see_also.add(problem)
        problem.see_also.add(other)
        Alias.objects.create(problem=other, number="9.99", source=f"post-{other.pk}")
    resource = {"kind": "paper", "summary": "A paper", "main_category": problem.category}
    for name in (f"Paper {number}", f"Model {number}"):
        Resource.objects.create(name=name, **resource).categories.add(problem.category, category)
    problem.statement, problem._change_reason = f"Why {number}?", "made clearer"  # type: ignore[attr-defined]
    problem.save()


def said_by(person: User, problem: Problem) -> None:
    """On 5.3, on each of the ideas, and on the problem that the person added."""
    own: Fields = {"added_by": person}
    body = f"@alice and @{person.username}: $x^2$, see run 1"
    Idea.objects.create(title=f"An idea of {person}", summary=body, kind="hypothesis", **own).related_problems.set(
        Problem.objects.all()[:3]
    )
    for place in Problem.objects.filter(added_by=person) | Problem.objects.filter(pk=problem.pk):
        begun = Comment.objects.create(problem=place, body=body, **own)
        Comment.objects.create(problem=place, body=body, answers=begun, taken_in_by=1, **own)
        Reference.objects.create(problem=place, kind="paper", title=f"A paper of {person}", **own)
        HelpWanted.objects.create(problem=place, kind="mentor", text="An hour a week", **own)
        Prediction.objects.create(problem=place, text="It is a circle", predicted_by=person.username)
        held(place, person)
    for idea in Idea.objects.all():
        Comment.objects.create(idea=idea, body=body, **own)
    Idea.objects.filter(added_by=person).update(duplicate_of=Idea.objects.order_by("pk")[0])


def held(problem: Problem, person: User) -> None:
    """A claim that is quiet and one that lapsed, each with its entries and parts."""
    letter = "abcdefghijklmnopqrstuvwxyz"[problem.parts.count()]
    part = Part.objects.create(problem=problem, letter=letter, statement="And why?")
    for handle, days in ((person, 40), (make_person(f"{person.username}-{problem.pk}"), 200)):
        then = timezone.now() - datetime.timedelta(days=days)
        made = Claim.objects.create(
            problem=problem, claimant=handle, plan="Look", started_at=then, last_activity_at=then
        )
        made.parts.add(part)
        for kind in ("claimed", "noted"):
            ClaimEvent.objects.create(claim=made, kind=kind, text="Look", at=then)
    StatusChange.objects.create(problem=problem, before="open", after="being-worked-on", reason="claimed", by=person)
    Activity.objects.create(kind="claimed", problem=problem, actor=person, text="Look", url="/")


def waiting_of(person: User, problem: Problem) -> None:
    """One of each kind that a curator has to decide on, and one of each that was rejected."""
    idea = Idea.objects.order_by("pk")[0]
    for approval in ("pending", "rejected"):
        own: Fields = {"added_by": person, "approval": approval, "rejection_reason": "no"}
        Comment.objects.create(problem=problem, body="Spam", **own)
        Comment.objects.create(idea=idea, body="Spam", **own)
        Reference.objects.create(problem=problem, kind="post", title=f"{approval} of {person}", **own)
        HelpWanted.objects.create(problem=problem, kind="mentor", text="Who?", **own)
        Idea.objects.create(title=f"{approval} idea of {person}", summary="?", kind="open-ended", **own)
        Proposal.objects.create(category=problem.category, statement="How?", **own)


def followed_by_alice(alice: User, person: User) -> None:
    for problem in Problem.objects.filter(added_by=person):
        follow(alice, problem=problem)
        follow(alice, category=problem.category)
        Activity.objects.create(kind="commented", problem=problem, actor=person, text="Look", url="/")
    for idea in Idea.objects.filter(added_by=person, approval="approved"):
        follow(alice, idea=idea)
        Activity.objects.create(kind="commented", idea=idea, actor=person, text="Look", url="/")
    saved = SavedFilter.objects.create(owner=alice, name=f"As {person}", query="q=when&category=5")
    follow(alice, saved_filter=saved)


def ran_by(person: User, problem: Problem) -> None:
    """A run that succeeded and one that waits, of a recipe of the person's own, on a worker of their own."""
    recipe = make_recipe(person)
    worker = make_worker(person, name=f"bench-{person.pk}")
    granted = claim(submit_run(recipe=recipe, submitter=person).shards.get(), worker)
    store_batch(lease=granted.lease, batch=batch(granted, 0, measured((0, 0, 1.0), (1, 0, 1.0), (0, 9, 0.5))))
    finish_shard(lease=granted.lease, outcome=succeeded(granted))
    keep_headline(granted.lease.shard.run)  # which waits for the end of the transaction, and a test may be one
    submit_run(recipe=recipe, submitter=person)


def done_by_alice(alice: User, people: list[User]) -> None:
    """What stands on her page."""
    own: Fields = {"added_by": alice}
    for person in people:
        problem = Problem.objects.filter(added_by=person)[0]
        Claim.objects.create(problem=problem, claimant=alice, plan="Look")
        Comment.objects.create(problem=problem, body="Look", **own)
        Reference.objects.create(problem=problem, kind="paper", title="Mine", **own)
        Idea.objects.create(title=f"Against {person}", summary="?", kind="open-ended", **own)
        Proposal.objects.create(category=problem.category, statement="How?", approval="pending", **own)
        ran_by(alice, problem)


def done_by_carol(carol: User, problem: Problem, people: list[User]) -> None:
    for person in people:
        for kind in CuratorAct.Kind:
            CuratorAct.objects.create(
                kind=kind, curator=carol, problem=problem, about=person, subject="a thing", url="/", reason="so"
            )
        CuratorAct.objects.create(
            kind="approved", curator=carol, about=User.objects.get(username="alice"), subject="it"
        )
        for part in problem.parts.filter(resolutions=None):
            Resolution.objects.create(problem=problem, part=part, run=1, reason="shown", signed_by=person)
        duplicate = add_problem(category=problem.category, statement="Again?", added_by=None, reason="for tests")
        Problem.objects.filter(pk=duplicate.pk).update(merged_into=problem)
        Pause.objects.create(user=person, reason="too many", paused_by=carol)
        day = timezone.now().date() - datetime.timedelta(days=Export.objects.count() + 1)
        made: Fields = {"made_on": day, "made_at": timezone.now(), "n_bytes": 1, "sha256": "0" * 64, "n_problems": 1}
        for file in Export.Kind:
            Export.objects.create(kind=file, **made)
