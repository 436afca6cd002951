"""The table in `addresses.py`, asked of every address as four people."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from problems.models import User
from tests.experiments.making import make_person
from tests.pages.addresses import EVERYBODY, TABLE
from tests.pages.everything import everything

pytestmark = pytest.mark.django_db

REFUSED = {401, 403, 404, 405}
OURS = ("problems.", "experiments.", "drf_spectacular.")


@pytest.fixture
def people(db: None) -> dict[str, User | None]:
    members = {"owner": make_person("alice"), "member": make_person("bob")}
    return {"stranger": None, **members, "curator": make_person("carol", is_curator=True)}


def is_admitted(person: User | None, method: str, url: str) -> bool:
    """What it changes is taken back, so that the next one finds the same."""
    client = Client()
    if person:
        client.force_login(person)
    with transaction.atomic():
        response = getattr(client, method)(url)
        list(response.streaming_content if response.streaming else ())  # to its end, so that files are closed
        transaction.set_rollback(True)
    assert response.status_code < 500 and response.status_code != 301, url
    return response.status_code not in REFUSED and "/accounts/login/" not in response.get("Location", "")


def admitted(people: dict[str, User | None], method: str, url: str) -> str:
    """What a stranger may open, everybody may: nobody gains anything by signing out."""
    if is_admitted(None, method, url):
        return EVERYBODY
    return " ".join(who for who, person in people.items() if person and is_admitted(person, method, url))


@pytest.mark.parametrize("part", range(6))
def test_whoever_may_read_and_change_is_admitted_and_nobody_else(people, part):
    keys = everything(people["owner"], people["curator"])
    rows = list(TABLE.values())[part::6]
    said = {row.path: (row.may_read, row.may_change) for row in rows}
    found = {}
    for row in rows:
        url = row.path.format(**keys)
        found[row.path] = (admitted(people, "get", url), admitted(people, row.method, url))
    assert found == said


def addresses_of(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses_of(pattern)
        else:
            yield pattern


def test_every_address_has_a_row_and_every_row_an_address():
    ours = [address for address in addresses_of(get_resolver()) if address.callback.__module__.startswith(OURS)]
    assert sorted(str(address.name) for address in ours) == sorted(TABLE)
