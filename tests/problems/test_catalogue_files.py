"""The shipped data files are the reviewed source: every row is checked here."""

import csv
import re
from collections import Counter

import pytest

from problems.models import LETTERS
from problems.services.catalogue_files import (
    SHIPPED,
    BadCatalogue,
    parse_idea,
    parse_partial_date,
    parse_problem,
    read_categories,
    read_rows,
)

PROBLEMS = read_rows(SHIPPED, "problems.csv", parse_problem)
NUMBERS = [row["number"] for row in PROBLEMS]
COUNTS = {"1": 23, "2": 38, "3": 33, "4": 45, "5": 38, "6": 59, "7": 18, "8": 22, "9": 63}


def rows_of(name):
    return read_rows(SHIPPED, name, dict)


def test_there_are_339_distinct_numbers_in_nine_categories():
    assert len(set(NUMBERS)) == len(NUMBERS) == 339
    assert Counter(number.partition(".")[0] for number in NUMBERS) == COUNTS


def test_numbers_run_without_a_gap_so_final_zeros_are_there():
    assert sorted(NUMBERS) == sorted(f"{category}.{i}" for category, n in COUNTS.items() for i in range(1, n + 1))
    assert {"1.10", "1.20", "2.10", "2.20", "2.30", "9.60"} <= set(NUMBERS)


def test_every_category_has_a_name_a_motivation_and_tips():
    categories = read_categories(SHIPPED)
    assert [category["number"] for category in categories] == list(range(1, 10))
    assert all(category["name"] and category["motivation"] and category["tips"] for category in categories)


def test_the_context_of_no_category_is_empty_or_said_twice():
    categories = read_categories(SHIPPED)
    tips = [tip for category in categories for tip in category["tips"].splitlines()]
    assert all(len(category["tips"].splitlines()) >= 3 for category in categories) and len(set(tips)) == len(tips)
    resources = Counter(number for row in rows_of("resources.csv") for number in row["categories"].split(";"))
    assert set(resources) == set(COUNTS) and min(resources.values()) >= 4
    assert all(row["summary"] and row["kind"] for row in rows_of("resources.csv"))


def test_difficulties_are_letters_in_order_or_unknown():
    for row in PROBLEMS:
        low, high = row["difficulty_low"], row["difficulty_high"]
        assert (low == high == "") or (low in LETTERS and high in LETTERS and low <= high), row["number"]


def test_each_difficulty_is_the_best_of_those_found():
    found = {row["number"]: row for row in rows_of("difficulty_sources.csv")}
    assert list(found) == NUMBERS
    for row in rows_of("problems.csv"):
        sources = found[row["number"]]
        used = next((name for name in ("post", "sheet", "coda") if sources[name]), "")
        assert row["difficulty_source"] == sources["used"] == used, row["number"]
        assert row["difficulty"] == (sources[used] if used else ""), row["number"]


def test_a_star_is_known_only_where_the_post_gave_the_grade():
    for row in rows_of("problems.csv"):
        assert bool(row["starred"]) == (row["difficulty_source"] == "post"), row["number"]


def test_every_number_a_statement_mentions_is_linked():
    for row in PROBLEMS:
        mentioned = {number for number in re.findall(r"\b\d+\.\d+\b", row["statement"]) if number in NUMBERS}
        assert mentioned - {row["number"]} <= set(row["see_also"]), row["number"]


@pytest.mark.parametrize("name", ["claims.csv", "references.csv", "predictions.csv", "difficulty_sources.csv"])
def test_every_row_belongs_to_a_problem(name):
    assert {row["number"] for row in rows_of(name)} <= set(NUMBERS)


def test_cross_references_and_related_problems_exist():
    ideas = read_rows(SHIPPED, "ideas.csv", parse_idea)
    linked = [*(n for row in PROBLEMS for n in row["see_also"]), *(n for row in ideas for n in row["related_problems"])]
    assert len(linked) > 100
    assert set(linked) <= set(NUMBERS)


def test_the_twelve_claims_have_their_true_dates():
    claims = [(row["number"], row["date"]) for row in rows_of("claims.csv")]
    assert claims == [
        ("2.2", "2024-04-18"),
        ("2.12", "2023-05-05"),
        ("2.20", "2023-07-14"),
        ("3.11", "2024-01-31"),
        ("3.21", "2023"),
        ("4.1", "2023-04-14"),
        ("4.2", "2023-05-04"),
        ("4.9", "2023-04-30"),
        ("4.10", "2023-05-01"),
        ("4.11", "2023-05-01"),
        ("4.12", "2023-11-10"),
        ("8.10", "2023-04-10"),
    ]


def test_no_file_holds_an_email_address():
    for file in SHIPPED.iterdir():
        assert not re.search(r"[\w.+-]+@[\w-]+\.\w", file.read_text(encoding="utf-8")), file.name


def test_statements_are_distinct_and_not_empty():
    statements = [row["statement"] for row in PROBLEMS]
    assert all(statements) and len(set(statements)) == 339


def test_a_partial_date_is_its_first_instant():
    assert parse_partial_date("2023")[0].isoformat() == "2023-01-01T00:00:00+00:00"
    assert parse_partial_date("2023-05")[1] == "month"


def test_a_bad_row_is_named_by_file_and_line(folder):
    with (folder / "problems.csv").open("a", newline="") as file:
        csv.writer(file).writerow(["5.039", "", "B", "", "A statement", "", "coda", "", "", ""])
    with pytest.raises(BadCatalogue, match=r"problems.csv, line 341: '5.039' is no problem number"):
        read_rows(folder, "problems.csv", parse_problem)
