"""Rows shaped like those of the old table: cells in lines or between tabs, dates in every order, final zeros lost."""

import pytest

from problems.models import Claim, CuratorAct, Freshness, HelpWanted, Reference
from problems.services.numbers import add_problem
from problems.services.old_rows import read_claim, read_old_row

LINES = "Toy models\n5.3\nWhat does noise do here?\nA post\n14 April 2023: Grace (gh), with ada@example.org"


@pytest.mark.parametrize(
    ("text", "name", "readings", "remark"),
    [
        ("Ada Byron - 5 May 2023", "Ada Byron", ("2023-05-05",), ""),
        ("Ada Byron - 14 July, 2023", "Ada Byron", ("2023-07-14",), ""),
        ("14 April 2023: Grace (gh)", "Grace (gh)", ("2023-04-14",), ""),
        ("April 30, 2023; Grace(gh)", "Grace(gh)", ("2023-04-30",), ""),
        ("10/april/2023-Emmy N and others , redoing it", "Emmy N and others", ("2023-04-10",), "redoing it"),
        ("November 10, 2023 - Lise M ()", "Lise M", ("2023-11-10",), ""),
        ("2024-04-18 Ada", "Ada", ("2024-04-18",), ""),
        ("May 2023, Ada", "Ada", ("2023-05",), ""),
        ("Ada, 2023", "Ada", ("2023",), ""),
        ("5/7/23 Ada", "Ada", ("2023-07-05", "2023-05-07"), ""),
        ("25/7/23 Ada", "Ada", ("2023-07-25",), ""),
        ("7/25/2023 - Ada", "Ada", ("2023-07-25",), ""),
        ("6/6/23 Ada", "Ada", ("2023-06-06",), ""),
    ],
)
def test_a_claim_is_read_with_every_reading_of_its_date(text, name, readings, remark):
    read = read_claim(text)
    assert (read.name, read.date.readings, read.remark) == (name, readings, remark)


@pytest.mark.parametrize("text", ["Ada Byron", "31/2/23", "Ada, soon"])
def test_a_date_that_is_none_is_none(text):
    assert read_claim(text).date is None


def test_lines_are_told_apart_by_what_they_say():
    row = read_old_row(LINES + "\nLooking for a mentor")
    assert (row.number, row.subcategory, row.statement) == ("5.3", "Toy models", "What does noise do here?")
    assert (row.existing_work, row.claim.name, row.help_wanted) == ("A post", "Grace (gh)", "Looking for a mentor")
    assert "1 e-mail address was taken out." in row.notes and "example" not in str(row)


def test_cells_between_tabs_are_told_apart_by_their_place():
    row = read_old_row("Category\tToy models\tB-C*\t5.12\tWhat now?\t\t5/7/23 Ada\tA mentor\n")
    assert (row.subcategory, row.difficulty, row.number, row.existing_work) == ("Toy models", "B-C", "5.12", "")
    assert row.claim.date.readings == ("2023-07-05", "2023-05-07") and row.help_wanted == "A mentor"
    assert row.notes == ["The date 5/7/23 is uncertain: 2023-07-05 or 2023-05-07. Choose, or keep the year only."]


@pytest.mark.parametrize(
    ("number", "numbers"),
    [("1.1", ["1.1", "1.10"]), ("1.2", ["1.2", "1.20"]), ("1.10", ["1.10"]), ("1.11", ["1.11"]), ("1.20", ["1.20"])],
)
def test_a_number_that_may_have_lost_its_zero_is_two(number, numbers):
    assert read_old_row(f"x\n{number}\ny").numbers == numbers


def test_a_text_without_a_number_says_so():
    assert read_old_row("nothing here").notes == ["No cell is a number such as 1.10."]


@pytest.mark.django_db
def test_an_ambiguous_number_has_to_be_chosen(as_carol, problem):
    add_problem(category=problem.category, index=30, statement="Another?", added_by=None, reason="x")
    page = as_carol.post("/curate/row/", {"row": LINES}).content.decode()
    assert "5.3 Why?" in page and "5.30 Another?" in page and "5.3 may be 5.3 or 5.30. Choose." in page
    refused = as_carol.post("/curate/row/", {"numbers": "5.3 5.30", "claim_name": "Grace", "claim_date": "2023"})
    assert "This field is required." in refused.content.decode() and not Claim.objects.exists()


@pytest.mark.django_db
def test_a_row_is_added_with_its_true_date_and_twice_adds_nothing(as_carol, problem):
    form = {
        "numbers": "5.3",
        "problem": problem.pk,
        "claim_name": "Grace",
        "claim_date": "2023-04-14",
        "work_title": "A post",
    }
    as_carol.post("/curate/row/", form)
    claim = Claim.objects.get()
    assert claim.freshness == Freshness.LAPSED and claim.started_on_text == "2023-04-14" and claim.is_imported
    assert Reference.objects.get().title == "A post" and not HelpWanted.objects.exists()
    assert "All of it is on the problem already." in as_carol.post("/curate/row/", form).content.decode()
    assert CuratorAct.objects.count() == 1


@pytest.mark.django_db
def test_an_uncertain_date_is_kept_as_its_year_with_both_readings(as_carol, problem):
    page = as_carol.post("/curate/row/", {"row": "x\n5.3\nWhy?\n5/7/23 Ada"}).content.decode()
    assert 'value="2023"' in page and "The date was written 5/7/23: 2023-07-05 or 2023-05-07." in page
    form = {
        "numbers": "5.3",
        "problem": problem.pk,
        "claim_name": "Ada",
        "claim_date": "2023",
        "claim_remark": "a@b.org",
    }
    assert "Take the e-mail address out" in as_carol.post("/curate/row/", form).content.decode()
