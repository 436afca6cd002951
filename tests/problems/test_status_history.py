"""A change of status is written down once, with its reason, and told to those who follow."""

import pytest

from problems.models import Activity, Claim, StatusChange
from problems.services.activity import LONGEST_TEXT, record_activity
from problems.services.status_history import NOBODY_IS_FRESH, note_all_statuses, note_status
from problems.status import Status
from tests.problems.times import DAY, START

pytestmark = pytest.mark.django_db


def noted():
    return list(StatusChange.objects.order_by("at", "pk").values_list("before", "after", "reason"))


def test_a_problem_that_is_open_has_nothing_to_note(problem):
    assert note_status(problem, reason="looked") is None and not noted() and note_all_statuses() == 0


def test_a_long_line_of_activity_is_cut_and_has_no_breaks(problem, alice):
    made = record_activity(kind=Activity.Kind.NOTED, problem=problem, actor=alice, text="a\n\nb " * 200, url="/")
    assert len(made.text) == LONGEST_TEXT and made.text.startswith("a b a b") and made.text.endswith("…")


def test_what_changes_the_status_is_noted_once(problem, alice):
    Claim.objects.create(problem=problem, claimant=alice, plan="Look")
    change = note_status(problem, reason="alice claimed it", by=alice)
    assert change and note_status(problem, reason="again") is None and note_all_statuses() == 0
    assert noted() == [(Status.OPEN, Status.BEING_WORKED_ON, "alice claimed it")]
    told = Activity.objects.get(kind=Activity.Kind.STATUS)
    assert (told.problem, told.actor, told.url) == (problem, alice, "/problems/5.3/#status")
    assert told.text == "Open to Being worked on: alice claimed it"


def test_the_nightly_round_notes_claims_that_went_quiet(problem, alice, clock):
    Claim.objects.create(problem=problem, claimant=alice, plan="Look")
    note_status(problem, reason="alice claimed it", by=alice)
    clock.move_to(START + 30 * DAY)
    assert note_all_statuses() == 0
    clock.move_to(START + 31 * DAY)
    assert note_all_statuses() == 1 and note_all_statuses() == 0
    assert noted()[-1] == (Status.BEING_WORKED_ON, Status.OPEN, NOBODY_IS_FRESH)
