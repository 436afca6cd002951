import csv
import io
import json

import pytest
from django.http import QueryDict

from problems.filters import ProblemFilter
from problems.models import Problem
from problems.selectors.export import cell
from problems.services.claims import claim_problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def claimed(catalogue, alice):
    claim_problem(Problem.objects.get(number="5.3"), alice, plan="=1+1")


def rows_of(client, query=""):
    text = b"".join(client.get(f"/problems/export.csv{query}").streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_json_and_csv_hold_the_filtered_list(client):
    data = json.loads(client.get("/problems/export.json?category=5&difficulty=C").content)
    rows = rows_of(client, "?category=5&difficulty=C")
    assert data["count"] == len(rows) == len(data["problems"]) > 5
    assert [row["number"] for row in rows] == [problem["number"] for problem in data["problems"]]


def test_a_file_longer_than_its_first_part_holds_each_problem_once_in_the_order_of_the_list(client):
    found = [entry.number for entry in ProblemFilter(QueryDict("difficulty=B&sort=-difficulty")).found]
    assert len(found) > 40
    assert [row["number"] for row in rows_of(client, "?difficulty=B&sort=-difficulty")] == found


def test_numbers_stay_text_and_unknowns_stay_empty(client):
    rows = {row["number"]: row for row in rows_of(client)}
    assert len(rows) == 339 and rows["1.10"] != rows["1.1"]
    assert (rows["1.5"]["difficulty"], rows["1.5"]["starred"]) == ("", "")


def test_claims_are_in_it_with_dates_as_precise_as_known(client):
    problem = json.loads(client.get("/problems/export.json?q=rotary").content)["problems"][0]
    assert problem["number"] == "3.21"
    assert problem["claims"][0]["who"] == "Eric" and problem["claims"][0]["started"] == "2023"


def test_no_export_holds_an_email_address(client):
    for url in ("/problems/export.json", "/problems/export.csv", "/api/problems/?limit=400"):
        answer = client.get(url)
        assert b"example.org" not in (b"".join(answer.streaming_content) if answer.streaming else answer.content)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_formula_is_not_handed_to_a_spreadsheet(text):
    assert cell(text) == "'" + text


def test_the_number_of_queries_does_not_grow_with_the_rows(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/problems/export.json")
