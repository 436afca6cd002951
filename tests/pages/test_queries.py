"""How often each page asks the database: never more often because there is more to show, and no more than is said."""

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from zeal import zeal_context

from problems.models import User
from tests.experiments.making import make_person
from tests.pages.addresses import TABLE, WITH_QUERY
from tests.pages.ceilings import CEILINGS
from tests.pages.crowd import crowd
from tests.pages.everything import everything

pytestmark = pytest.mark.django_db

READ = {name: row for name, row in TABLE.items() if row.may_read}
READERS = {"owner": "alice", "curator": "carol", "stranger": ""}


class Visit(NamedTuple):
    name: str  # of the row in the table of addresses
    url: str
    who: str


def visits(keys: dict[str, Any]) -> list[Visit]:
    """Every page, by each of those three who may read it."""
    pages = [(name, row.path.format(**keys)) for name, row in READ.items()] + WITH_QUERY
    return [Visit(name, url, who) for name, url in pages for who in READERS if who in READ[name].may_read]


def n_queries(visit: Visit) -> int:
    """Of a page that is read to its end; what is asked once for each row is an error by itself."""
    client = Client()
    if handle := READERS[visit.who]:
        client.force_login(User.objects.get(username=handle))
    with CaptureQueriesContext(connection) as queries, zeal_context():
        response: Any = client.get(visit.url)
        list(response.streaming_content if response.streaming else ())
    assert response.status_code < 500, visit.url
    return len(queries)


@pytest.fixture
def clock() -> Iterator[None]:
    """It stands: what somebody is told after a minute of waiting is asked for by itself."""
    with time_machine.travel(datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.mark.slow
def test_a_page_asks_no_more_often_because_there_is_more_on_it_and_keeps_its_ceiling(db, clock):
    alice, carol = make_person("alice"), make_person("carol", is_curator=True)
    asked = visits(everything(alice, carol))
    crowd(2, alice=alice, carol=carol)
    few = {visit: n_queries(visit) for visit in asked}
    crowd(2, alice=alice, carol=carol)
    many = {visit: n_queries(visit) for visit in asked}

    assert {visit: (few[visit], many[visit]) for visit in asked if few[visit] != many[visit]} == {}
    highest = {name: max(n for visit, n in many.items() if visit.name == name) for name in READ}
    assert {name: n for name, n in highest.items() if n > CEILINGS[name]} == {}


def test_every_page_has_a_ceiling():
    assert set(CEILINGS) == set(READ)
