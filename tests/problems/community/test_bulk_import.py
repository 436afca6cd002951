import json
import re

import pytest

from problems.models import Activity, CuratorAct, Problem
from problems.services.bulk_import import plan_import
from problems.services.catalogue_files import SHIPPED
from problems.services.lists import BadList
from problems.services.numbers import add_problem

pytestmark = pytest.mark.django_db

HEAD = "number,statement,difficulty,see_also\n"
LIST = HEAD + '5.3,Why so late?,B-C,\n5,"What, then?",,5.3\n5,And later?,D,\n7.1,No such category,,\n5.8,,A,\n'


def refusals(text):
    return [reason for _, reason in plan_import(text).refused]


def post(client, text, **form):
    page = client.post("/curate/import/", {"text": text})
    digest = re.search(r'name="digest" value="(\w+)"', page.content.decode())
    return page, {"text": text, "digest": digest.group(1) if digest else "", "reason": "A workshop", **form}


def test_the_shipped_catalogue_changes_nothing(catalogue):
    plan = plan_import((SHIPPED / "problems.csv").read_text(encoding="utf-8"))
    assert len(plan.unchanged) == 339 and not (plan.created or plan.changed or plan.refused)


def test_what_would_change_is_shown_field_by_field_and_nothing_changes_yet(as_carol, problem):
    page = post(as_carol, LIST)[0].content.decode()
    assert "2 created, 1 changed, 0 unchanged, 2 refused" in page
    assert "<dt>statement</dt><dd><del>Why?</del><br><ins>Why so late?</ins>" in page
    assert "<dt>difficulty_high</dt><dd><del>B</del><br><ins>C</ins>" in page and "<dt>difficulty_low" not in page
    assert "<strong>Row 4</strong>: number: there is no category 7" in page
    assert "<strong>Row 5</strong>: statement: a new problem needs one." in page
    assert Problem.objects.get().statement == "Why?"


def test_confirming_applies_just_that(as_carol, problem):
    _, form = post(as_carol, LIST)
    as_carol.post("/curate/import/", form)
    assert dict(Problem.objects.values_list("number", "statement")) == {
        "5.3": "Why so late?",
        "5.4": "What, then?",
        "5.5": "And later?",
    }
    assert [p.number for p in Problem.objects.get(number="5.4").see_also.all()] == ["5.3"]
    assert problem.history.first().history_change_reason == "imported: A workshop"
    assert CuratorAct.objects.get().subject == "a list: 2 created, 1 changed, 2 refused"


def test_an_import_is_one_line_for_everybody_and_one_for_each_who_watches(client, as_carol, problem):
    _, form = post(as_carol, LIST)
    as_carol.post("/curate/import/", form)
    (line,) = Activity.objects.told_once()
    assert (line.kind, line.text, line.problem) == ("imported", "2 created, 1 changed: A workshop", None)
    assert client.get("/").content.decode().count("imported a list") == 1
    assert client.get("/feeds/everything.atom").content.decode().count("<entry>") == 1
    assert "imported: A workshop" in client.get("/problems/5.3/activity.atom").content.decode()


def test_an_import_of_one_problem_is_told_as_that_problem(as_carol, problem):
    _, form = post(as_carol, HEAD + "5.3,Why so late?,,\n")
    as_carol.post("/curate/import/", form)
    assert Activity.objects.told_once().get().problem == problem


@pytest.mark.parametrize("moved", ["revised", "added"])
def test_if_the_data_moved_nothing_is_imported_and_the_new_plan_is_shown(as_carol, problem, moved):
    _, form = post(as_carol, LIST)
    if moved == "revised":
        Problem.objects.update(statement="Why now?")
    else:
        add_problem(category=problem.category, statement="Another", added_by=None, reason="x")
    page = as_carol.post("/curate/import/", form).content.decode()
    assert "Nothing was imported. The catalogue was changed meanwhile." in page
    assert not Problem.objects.filter(statement="And later?").exists()


def test_an_import_needs_a_reason(as_carol, problem):
    _, form = post(as_carol, LIST, reason="")
    assert "Give a reason." in as_carol.post("/curate/import/", form).content.decode()
    assert Problem.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("5.03,x,,", "number: '5.03' is not a number such as 1.10"),
        ("5.3,x,E,", "difficulty: 'E' is not A, B, C, D, a range such as B-C, or empty."),
        ("5.3,x,C-B,", "difficulty: 'C-B' is not"),
        ("5.3,x,,1.10", "see_also: no problem has the number 1.10"),
        ("5.3,,,", "statement: it cannot be empty."),
        ("5.0,x,,", "numbers are never reused"),
        (f"5.3,{'x' * 4001},,", "statement: it has 4001 characters; at most 4000"),
    ],
)
def test_a_refused_row_names_the_column_and_what_is_allowed(problem, row, told):
    (reason,) = refusals(HEAD + row)
    assert told in reason


def test_a_number_stands_once_and_a_row_falls_with_what_it_builds_on(problem):
    assert refusals(HEAD + "5.3,x,,\n5.3,y,,\n") == ["number: 5.3 stands in the list twice."]
    assert refusals(HEAD + "5.8,x,E,\n5.9,y,,5.8\n")[1] == "see_also: 5.8 was refused."


def test_a_number_that_was_ever_given_is_refused(problem):
    gone = add_problem(category=problem.category, statement="Gone", added_by=None, reason="x")
    gone.delete()
    assert "never reused" in refusals(HEAD + "5.4,x,,\n")[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The list is empty."),
        ("number,colour\n5.3,red\n", "Unknown: colour. Columns: number, subcategory"),
        ("statement\nx\n", "The column “number” is missing."),
        ("number,statement\n5.3\n", "Row 1 has not as many cells as the heading."),
        ('[{"number": 1.1}]', "1.1 is a number without quotation marks"),
        ("{not json", "This is not valid JSON"),
        ("[1]", "Give a JSON list of objects"),
    ],
)
def test_a_text_that_is_no_list_says_why(problem, text, told):
    with pytest.raises(BadList, match=re.escape(told)):
        plan_import(text)


def test_json_and_addresses(problem):
    rows = [{"number": "5.3", "statement": "Ask ada@example.org why", "starred": True, "see_also": []}]
    plan = plan_import(json.dumps({"problems": rows}))
    assert plan.notes == ["Row 1: 1 e-mail address taken out."]
    assert [(c.field, c.after) for c in plan.changed[0].changes] == [("statement", "Ask why"), ("starred", True)]
