"""Out of a database and into an empty one: the pages are the same."""

import re

import pytest
from django.core.management import CommandError, call_command

from problems.archive.reading import BadArchive, read_archive
from problems.archive.tables import TABLES
from problems.models import Category, Claim, Comment, HelpWanted, Problem, Reference, User
from problems.services.listed import rebuild
from tests.problems.archive.conftest import archived, empty_the_database

pytestmark = pytest.mark.django_db

PAGES = [
    *("/problems/", "/problems/?page=2", "/problems/?q=quagga", "/problems/?view=cards&claimed=claimed", "/ideas/"),
    *("/problems/5.3/", "/problems/2.2/", "/problems/5.20/", "/p/2.25/", "/categories/5/", "/difficulty/B/"),
    *("/ideas/1/", "/problems/5.3/revisions/", "/problems/export.json"),
]


def pages(client):
    """What a visitor sees. Tokens of forms and ages are not what is compared."""
    shown = {url: client.get(url).content.decode() for url in PAGES}
    return {url: re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page) for url, page in shown.items()}


def without_pending():
    """What awaits approval is on the pages and not in the archive."""
    for model in (Comment, Reference, HelpWanted):
        model.objects.pending().delete()
    rebuild()


def test_every_page_is_as_it_was(client, busy, time_machine):
    time_machine.move_to(busy.date_joined, tick=False)
    without_pending()
    before, archive = pages(client), archived()
    empty_the_database()
    read_archive(archive)
    after = pages(client)
    assert [url for url in PAGES if after[url] != before[url]] == []
    assert archived() == archive


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


def test_the_commands_write_and_read_a_file(tmp_path, busy, capsys):
    call_command("export_catalogue", tmp_path / "all.json")
    empty_the_database()
    call_command("import_catalogue", tmp_path / "all.json")
    assert Claim.objects.count() == 13 and Comment.objects.count() == 1
    assert "problems: 339" in capsys.readouterr().out
    with pytest.raises(CommandError, match="An archive is read into an empty one"):
        call_command("import_catalogue", tmp_path / "all.json")


def wrong(change):
    archive = {table.name: [] for table in TABLES} | {"format": "circuitboard-catalogue", "version": 1}
    archive["categories"] = [{"number": 1, "name": "One", "motivation": "", "tips": "", "imported": {}}]
    change(archive)
    return archive


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.update(format="other"), "its format is not"),
        (lambda a: a.update(version=2), "Its version is 2; allowed: 1"),
        (lambda a: a.update(pets=[]), "not known here: pets"),
        (lambda a: a.pop("claims"), "claims: a list of rows is missing"),
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
