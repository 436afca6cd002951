import pytest

from problems.evidence import register_evidence, registered_evidence
from problems.models import Activity, Backlog, Category, Comment, CuratorAct, Part, Problem, Resolution
from problems.services.curating import (
    RevisedMeanwhile,
    TooManyParts,
    incorporate,
    latest_revision,
    revise_problem,
    split_into_parts,
)
from problems.services.resolving import CannotResolve, resolve, take_back

pytestmark = pytest.mark.django_db

WHY = {"reason": "Clearer"}


@pytest.fixture
def curated(problem, carol):
    return {"seen": latest_revision(problem).history_id, "curator": carol, **WHY}


@pytest.fixture
def runs():
    """Runs 41 and 42 exist, whatever the experiments know."""
    before = registered_evidence()

    class Runs(type(before)):
        def cards(self, wanted):
            return {n: None for n in wanted if n in (41, 42)}

    register_evidence(Runs())
    yield
    register_evidence(before)


def form_of(page, **changes):
    """What the edit form would post."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()} | changes


def test_an_edit_keeps_the_earlier_revision_and_tells_why(as_carol, problem):
    page = as_carol.get("/problems/5.3/curate/edit/")
    answer = as_carol.post("/problems/5.3/curate/edit/", form_of(page, statement="Why so late?", difficulty="C", **WHY))
    problem.refresh_from_db()
    assert answer["Location"] == "/problems/5.3/" and problem.statement == "Why so late?"
    assert (problem.difficulty, problem.difficulty_source) == ("C", "curator")
    assert [r.statement for r in problem.history.all()] == ["Why so late?", "Why?"]
    assert CuratorAct.objects.get().reason == Activity.objects.get().text == "Clearer"


def test_saving_unchanged_makes_no_revision(as_carol, problem):
    page = as_carol.get("/problems/5.3/curate/edit/")
    as_carol.post("/problems/5.3/curate/edit/", form_of(page, **WHY))
    assert problem.history.count() == 1 and not CuratorAct.objects.exists()


def test_two_curators_at_once_lose_nothing_and_see_what_the_other_did(as_carol, problem, curated):
    form = form_of(as_carol.get("/problems/5.3/curate/edit/"), statement="Mine", **WHY)
    revise_problem(problem, **curated, statement="Theirs")
    page = as_carol.post("/problems/5.3/curate/edit/", form)
    text = page.content.decode()
    assert "It was revised while you wrote" in text and "<del>Why?</del><br><ins>Theirs</ins>" in text
    assert ">\nMine</textarea>" in text and Problem.objects.get().statement == "Theirs"
    as_carol.post("/problems/5.3/curate/edit/", form_of(page, **WHY))
    assert Problem.objects.get().statement == "Mine"


def test_the_service_refuses_an_outdated_revision(problem, curated):
    revise_problem(problem, **curated, statement="Theirs")
    with pytest.raises(RevisedMeanwhile):
        revise_problem(problem, **curated, statement="Mine")


def test_parts_get_the_next_letters_and_none_twice(problem, carol):
    made = split_into_parts(problem, statements=["In 1L?", "In 2L?"], curator=carol, **WHY)
    made += split_into_parts(problem, statements=["In 3L?"], curator=carol, **WHY)
    assert [part.letter for part in made] == ["a", "b", "c"]
    with pytest.raises(TooManyParts, match="23 letters are left, and these are 24 parts"):
        split_into_parts(problem, statements=["x"] * 24, curator=carol, **WHY)
    assert Part.objects.count() == 3 and CuratorAct.objects.filter(kind="split").count() == 2


def test_taking_comments_and_runs_in_clears_the_backlog(problem, bob, curated):
    taken, left = (Comment.objects.create(problem=problem, body=text, added_by=bob) for text in ("One", "Two"))
    made = incorporate(problem, **curated, statement="Why? One.", comments=[taken], takes_in_runs=True)
    taken.refresh_from_db()
    assert made.is_new and taken.taken_in_by == made.id == Backlog.objects.get().revision
    assert list(Comment.objects.not_taken_in()) == [left]
    assert CuratorAct.objects.get().kind == "incorporated"


def test_a_statement_that_reflects_them_already_needs_no_new_revision(as_carol, problem, bob):
    comment = Comment.objects.create(problem=problem, body="One", added_by=bob)
    page = as_carol.get("/problems/5.3/curate/take-in/")
    as_carol.post("/problems/5.3/curate/take-in/", form_of(page, comments=[comment.pk], **WHY))
    comment.refresh_from_db()
    assert comment.taken_in_by == problem.history.get().history_id and CuratorAct.objects.count() == 1
    refused = as_carol.post("/problems/5.3/curate/take-in/", form_of(page, comments=[], **WHY)).content.decode()
    assert "Choose what the statement takes in" in refused


def test_a_resolution_names_a_run_that_exists_and_can_be_taken_back(problem, carol, runs):
    with pytest.raises(CannotResolve, match="no run 7"):
        resolve(problem, part=None, run=7, curator=carol, **WHY)
    made = resolve(problem, part=None, run=42, curator=carol, **WHY)
    assert Problem.objects.with_status().get().status == "resolved"
    with pytest.raises(CannotResolve, match="Take it back first"):
        resolve(problem, part=None, run=41, curator=carol, **WHY)
    assert take_back(made, curator=carol, reason="Seed 3 diverged") and not take_back(made, curator=carol, **WHY)
    assert Problem.objects.with_status().get().status == "open"
    assert [c.after for c in problem.status_changes.all()] == ["open", "resolved"]
    assert Resolution.objects.get().withdrawal_reason == "Seed 3 diverged"


def test_a_part_is_resolved_by_the_page(as_carol, problem, carol, runs):
    (part,) = split_into_parts(problem, statements=["In 1L?"], curator=carol, **WHY)
    as_carol.post("/problems/5.3/curate/resolve/", {"part": part.pk, "run": "41", **WHY})
    assert Resolution.objects.get().part == part and Problem.objects.with_status().get().status == "open"
    as_carol.post(f"/problems/5.3/curate/resolve/{Resolution.objects.get().pk}/undo/", WHY)
    assert not Resolution.objects.standing().exists()


def test_curators_add_and_edit_categories(as_carol, problem):
    form = {"number": "6", "name": "Sparse dictionaries", "motivation": "M", "tips": "T", **WHY}
    assert as_carol.post("/curate/categories/new/", form)["Location"] == "/categories/6/"
    assert "The next free one is 7." in as_carol.post("/curate/categories/new/", form).content.decode()
    as_carol.post("/curate/categories/6/", {"name": "Dictionaries", "motivation": "M", "tips": "T", **WHY})
    assert Category.objects.get(number=6).name == "Dictionaries" and CuratorAct.objects.count() == 2
