"""A catalogue after people lived in it for months: something of every kind that its pages show, by the services."""

import datetime
from typing import Any

import time_machine
from django.utils import timezone

from problems.models import Category, Claim, Comment, Idea, Part, Problem, Resolution, Standing, User
from problems.services.approval import CONTRIBUTIONS
from problems.services.claims import claim_problem, keep_claim, note_on_claim, release_claim, resume_claim
from problems.services.contributions import add_reference, ask_for_help, close_help
from problems.services.curating import add_category, incorporate, latest_revision, revise_problem, split_into_parts
from problems.services.discussion import add_comment, edit_comment, remove_comment
from problems.services.ideas import change_idea_state, link_duplicate, propose_idea, turn_into_problem
from problems.services.listed import relist
from problems.services.merging import merge_duplicate, undo_merge
from problems.services.moderation import approve, change_standing, reject, verify_expert
from problems.services.people import describe_yourself, leave_site
from problems.services.proposals import propose_problem
from problems.services.status_history import note_all_statuses

BEGAN = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)
READ_AT = BEGAN + datetime.timedelta(days=200)


def problem(number: str) -> Problem:
    return Problem.objects.get(number=number)


def live_in() -> None:
    """From BEGAN on, some days apart, until READ_AT."""
    with time_machine.travel(BEGAN, tick=False) as clock:
        people = arrive()
        for act in (discuss, claim, contribute, propose, curate, decide, leave):
            clock.shift(datetime.timedelta(days=11))
            act(**people)
        clock.move_to(READ_AT)
        note_all_statuses()


def arrive() -> dict[str, User]:
    """Carol curates, Terry is trusted, Earl will have earned it, Nina is new, Gus will leave."""
    names = ("carol", "terry", "earl", "nina", "gus")
    people = {name: User.objects.create_user(name, f"{name}@example.org", "a long password") for name in names}
    carol = people["carol"]
    change_standing(carol, standing=Standing.CURATOR, curator=carol, reason="Named by the operator.")
    change_standing(people["terry"], standing=Standing.TRUSTED, curator=carol, reason="Known")
    verify_expert(people["terry"], is_expert=True, curator=carol, reason="Her papers")
    describe_yourself(people["terry"], display_name="Terry T.", role="Student", about="I like $W_E$ and **bold**.")
    return people


def discuss(carol: User, terry: User, earl: User, nina: User, gus: User) -> None:
    place = problem("5.3")
    first = add_comment(problem=place, author=terry, body="A quagga: $\\|W_E\\|^2$, see run 1 and @earl")
    add_comment(problem=place, author=carol, body="> A quagga\n\nIndeed <b>so</b>", answers=first)
    edit_comment(add_comment(problem=place, author=terry, body="Half a thought"), body="A whole thought")
    remove_comment(add_comment(problem=place, author=terry, body="A slip"), by=terry)
    remove_comment(add_comment(problem=place, author=terry, body="Off topic"), by=carol, reason="Off topic")
    add_comment(problem=place, author=gus, body="I was here")
    notes = [Comment(problem=problem("5.5"), added_by=carol, body=f"Note {n}") for n in range(100)]
    Comment.objects.bulk_create(notes)
    add_comment(problem=problem("5.5"), author=carol, body="The last note")
    add_comment(idea=Idea.objects.order_by("pk")[0], author=terry, body="I wonder")
    for n in range(3):  # enough to earn trust, once approved
        approve(add_comment(problem=place, author=earl, body=f"Point {n}"), curator=carol)
    add_comment(problem=place, author=nina, body="An unseen okapi")


def claim(carol: User, terry: User, earl: User, nina: User, gus: User) -> None:
    note_on_claim(claim_problem(problem("5.3"), terry, plan="Look at the weights"), text="They are round")
    in_spring = (READ_AT - datetime.timedelta(days=90)).date()
    keep_claim(claim_problem(problem("5.4"), terry, plan="Predict it", expected_on=in_spring))
    release_claim(claim_problem(problem("5.5"), nina, plan="Count the frequencies"))
    resume_claim(claim_problem(problem("5.6"), earl, plan="Add it to the loss"))
    claim_problem(problem("5.7"), gus, plan="See whether it scales")
    claim_problem(problem("2.2"), carol, plan="Sequences of months")


def contribute(carol: User, terry: User, earl: User, nina: User, gus: User) -> None:
    work: dict[str, Any] = {"kind": "paper", "url": "https://example.org/paper", "note": "As it says"}
    add_reference(problem("5.3"), added_by=terry, title="On the quagga", sign="negative", **work)
    reject(
        add_reference(problem("5.3"), added_by=nina, title="Spam", sign="unknown", **work), curator=carol, reason="No"
    )
    ask_for_help(problem("5.3"), added_by=terry, kind="mentor", text="Who knows the quagga?")
    close_help(ask_for_help(problem("5.4"), added_by=terry, kind="collaborator", text="Who codes?"))


def propose(carol: User, terry: User, earl: User, nina: User, gus: User) -> None:
    about: dict[str, Any] = {"kind": "hypothesis", "related_problems": [problem("5.3")]}
    one = propose_idea(terry, title="Circuits break first", summary="Then $x^2$ heals.", originator="Ada", **about)
    two = propose_idea(terry, title="Circuits break early", summary="Again", **about)
    link_duplicate(two, of=one, curator=carol, reason="The same")
    change_idea_state(one, state=Idea.State.CLOSED, curator=carol, reason="Answered elsewhere")
    three = propose_idea(gus, title="A third way", summary="Or a fourth", kind="open-ended")
    approve(three, curator=carol)
    where = Category.objects.get(number=5)
    turn_into_problem(three, category=where, subcategory="", statement="Which?", difficulty=("B", "C"), curator=carol)
    propose_problem(terry, category=where, statement="Do sparse autoencoders see it?", source="a workshop")
    approve(propose_problem(nina, category=where, statement="And transcoders?", difficulty=("D", "D")), curator=carol)
    propose_problem(nina, category=where, statement="An unseen okapi?")


def curate(carol: User, terry: User, earl: User, nina: User, gus: User) -> None:
    place = problem("5.3")
    logits, _ = split_into_parts(place, statements=["Of the logits", "Of $W_E$"], curator=carol, reason="Two questions")
    Claim.objects.get(problem=place, claimant=terry).parts.add(logits)
    told: dict[str, Any] = {"curator": carol, "reason": "clearer"}
    seen = latest_revision(place).history_id
    statement, taken = f"{place.statement} Say which basis.", Comment.objects.filter(problem=place, added_by=terry)[:1]
    incorporate(place, statement=statement, comments=taken, takes_in_runs=True, seen=seen, **told)
    seen = latest_revision(place).history_id
    changes: dict[str, Any] = {"difficulty_low": "B", "difficulty_high": "D", "literature_checked_on": BEGAN.date()}
    revise_problem(place, seen=seen, see_also=[problem("5.4")], **changes, **told)
    merge_duplicate(problem("5.39"), into=problem("5.4"), **told)
    undo_merge(merge_duplicate(problem("5.8"), into=problem("5.9"), **told), **told)
    add_category(number=10, name="Sparse Autoencoders", motivation="They came later.", tips="One\nTwo", **told)
    propose_problem(carol, category=Category.objects.get(number=10), statement="Which size?")


def decide(carol: User, terry: User, earl: User, nina: User, gus: User) -> None:
    """Signed, as the service would: the runs are not the catalogue's."""
    for number, part in (("5.3", Part.objects.get(letter="a")), ("5.6", None)):
        place = problem(number)
        Resolution.objects.create(problem=place, part=part, run=7, reason="It is shown", signed_by=carol)
        relist(place.pk)
    withdrawn = {"withdrawn_at": timezone.now(), "withdrawal_reason": "A mistake"}
    Resolution.objects.create(problem=problem("5.7"), run=8, reason="So it seemed", signed_by=carol, **withdrawn)
    note_all_statuses()


def leave(carol: User, gus: User, **others: User) -> None:
    """Gus goes; and nothing waits any more, as what does is on the pages and in no archive."""
    leave_site(gus)
    for kind in CONTRIBUTIONS.values():
        for item in kind.objects.pending():
            reject(item, curator=carol, reason="Not here")
