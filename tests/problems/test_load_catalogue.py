import pytest
from django.core.management import call_command

from problems.models import Claim, Idea, Problem, Reference, Resource
from problems.models.claims import Freshness
from problems.services.catalogue_files import BadCatalogue
from problems.services.claims import claim_problem
from problems.services.load_catalogue import load_catalogue

pytestmark = pytest.mark.django_db


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_loading_fills_an_empty_database(catalogue):
    counts = (Problem.objects.count(), Claim.objects.count(), Idea.objects.count(), Resource.objects.count())
    assert counts == (339, 12, 7, 69)
    assert [p.number for p in Problem.objects.filter(category=1)[8:11]] == ["1.9", "1.10", "1.11"]


def test_loading_twice_changes_nothing(catalogue):
    assert {label.partition(" ")[2] for label in load_catalogue()} == {"unchanged"}
    assert Problem.history.count() == 339


def test_imported_claims_arrive_lapsed_with_their_dates(catalogue):
    claims = Claim.objects.filter(is_imported=True)
    assert {claim.freshness for claim in claims} == {Freshness.LAPSED}
    assert claims.get(problem__number="3.21").started_on_text == "2023"
    assert claims.get(problem__number="2.12").started_on_text == "2023-05-05"


def test_a_claim_made_in_between_survives(catalogue, alice):
    claim = claim_problem(Problem.objects.get(number="2.2"), alice, plan="Repeat it")
    load_catalogue()
    claim.refresh_from_db()
    assert (claim.plan, Claim.objects.filter(problem__number="2.2").count()) == ("Repeat it", 2)


def test_a_revised_statement_is_kept_and_the_rest_of_the_row_follows_the_files(catalogue, folder):
    Problem.objects.filter(number="5.3").update(statement="Revised")
    edit(folder, "problems.csv", "5.3,Algorithmic tasks - understanding grokking,B,true", "5.3,Grokking,C,true")
    load_catalogue(folder)
    problem = Problem.objects.get(number="5.3")
    assert (problem.statement, problem.subcategory, problem.difficulty) == ("Revised", "Grokking", "C")


def test_an_edit_of_the_files_reaches_the_database_with_a_reason(catalogue, folder):
    edit(folder, "problems.csv", "ideally without relying on", "if possible without")
    assert load_catalogue(folder)["problems updated"] == 1
    problem = Problem.objects.get(number="5.4")
    assert "if possible without" in problem.statement
    assert problem.history.first().history_change_reason == "loaded from the catalogue files"


def test_links_that_a_curator_changed_are_kept(catalogue):
    problem = Problem.objects.get(number="2.6")
    problem.see_also.set([Problem.objects.get(number="5.3")])
    load_catalogue()
    assert [other.number for other in problem.see_also.all()] == ["5.3"]


def test_a_reference_that_a_curator_removed_stays_removed(catalogue):
    Reference.objects.get(problem__number="4.1").delete()
    load_catalogue()
    assert not Reference.objects.filter(problem__number="4.1").exists()


def test_a_row_with_an_unknown_cross_reference_loads_nothing(folder):
    edit(folder, "problems.csv", ",2.19,coda", ",2.99,coda")
    with pytest.raises(BadCatalogue, match=r"2\.99"):
        load_catalogue(folder)
    assert not Problem.objects.exists()


def test_the_command_prints_counts(capsys):
    call_command("load_catalogue")
    assert "problems: 339 created" in capsys.readouterr().out
