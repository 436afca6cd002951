"""Out of a database and into an empty one: the pages are the same."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import resolve

from problems.archive.reading import BadArchive, read_archive
from problems.archive.tables import TABLES
from problems.models import Category, Claim, Comment, Problem, Standing, User
from problems.services.approval import approval_for, shown_standing
from problems.services.moderation import change_standing
from problems.services.proposals import propose_problem
from tests.pages.addresses import EVERYBODY, TABLE
from tests.problems.archive.conftest import archived, empty_the_database
from tests.problems.archive.pages import public_pages

pytestmark = pytest.mark.django_db

# The files of each day and what is behind a secret address belong to one site.
NOT_OF_THE_CATALOGUE = {
    *("data", "data-file", "data-now", "own-feed", "saved-filter-feed", "digest-stop"),
    *("claim-keep", "claim-leave", "claim-mail-stop"),
}


def test_every_kind_of_page_is_compared(busy):
    propose_problem(busy, category=Category.objects.get(number=5), statement="Is there a third phase?")
    names = {resolve(url.partition("?")[0]).url_name for url in public_pages()}
    public = {name for name, row in TABLE.items() if row.may_read == EVERYBODY and is_of_the_catalogue(row.path)}
    assert public - names == NOT_OF_THE_CATALOGUE


def is_of_the_catalogue(path):
    view = resolve(re.sub(r"\{\w+\}", "1", path)).func
    return view.__module__.startswith("problems.") or getattr(view, "cls", view).__module__.startswith("problems.")


def test_new_rows_take_new_keys_afterwards(busy):
    archive = archived()
    empty_the_database()
    read_archive(archive)
    category = Category.objects.create(number=77, name="New")
    newest = Problem.objects.create(category=category, index=1, number="77.1", statement="New")
    assert newest.pk > max(row["id"] for row in archive["problems"])


def test_nobody_can_sign_in_with_an_imported_account(client, busy):
    archive = archived()
    empty_the_database()
    read_archive(archive)
    alice = User.objects.get(username="alice")
    assert (alice.email, alice.has_usable_password(), alice.is_trusted) == ("", False, False)


def test_what_the_file_calls_somebody_is_a_word_that_gives_no_rights(client, busy):
    busy.is_curator = True
    busy.save()
    archive = archived()
    empty_the_database()
    read_archive(archive)
    alice = User.objects.get(username="alice")
    assert shown_standing(alice) == Standing.CURATOR and approval_for(alice) == "pending"
    client.force_login(alice)
    assert client.get("/moderation/").status_code == 403
    page = client.get("/people/alice/").content.decode()
    assert "gives no rights: here it is the account of a new member" in page


def test_a_curator_of_the_new_site_has_the_last_word(busy):
    carol = User.objects.create_user("carol", is_curator=True)
    User.objects.filter(pk=busy.pk).update(is_trusted=False, recorded_standing="curator")
    alice = User.objects.get(username="alice")
    assert change_standing(alice, standing=Standing.NEW, curator=carol, reason="Unknown here")
    assert shown_standing(alice) == Standing.NEW
    assert not change_standing(alice, standing=Standing.NEW, curator=carol, reason="Again")


def test_the_commands_write_and_read_a_file(tmp_path, busy, capsys):
    call_command("export_catalogue", tmp_path / "all.json")
    empty_the_database()
    call_command("import_catalogue", tmp_path / "all.json")
    assert Claim.objects.count() == 13 and Comment.objects.count() == 1
    assert "problems: 339" in capsys.readouterr().out
    with pytest.raises(CommandError, match="An archive is read into an empty one"):
        call_command("import_catalogue", tmp_path / "all.json")


def wrong(change):
    archive = {table.name: [] for table in TABLES} | {"format": "circuitboard-catalogue", "version": 2}
    archive["counts"] = {table.name: 0 for table in TABLES} | {"categories": 1}
    archive["categories"] = [{"number": 1, "name": "One", "motivation": "", "tips": "", "imported": {}}]
    change(archive)
    return archive


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.update(format="other"), "its format is not"),
        (lambda a: a.update(version=1), "Its version is 1; allowed: 2"),
        (lambda a: a.update(pets=[]), "not known here: pets"),
        (lambda a: a.pop("claims"), "claims: a list of rows is missing"),
        (lambda a: a.pop("counts"), "counts: the numbers of rows are missing, so the file may have been cut short"),
        (lambda a: a["categories"].clear(), "categories: 0 rows are there, and counts says 1"),
        (lambda a: a["categories"][0].pop("tips"), r"categories\[0\]: fields are missing or not known: tips"),
        (lambda a: a["categories"][0].update(number="x"), r"categories\[0\].number: .*integer"),
        (lambda a: a["categories"][0].update(name=None), r"categories\[0\].name: "),
        (lambda a: a["categories"][0].update(name="x" * 121), r"categories\[0\].name: .*120"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_kept(db, change, message):
    with pytest.raises(BadArchive, match=message):
        read_archive(wrong(change))
    assert not Category.objects.exists()
