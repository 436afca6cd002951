"""The nightly round: what is due once a day is done once, however often it is asked for."""

import datetime
import hashlib

import pytest
from django.core import mail
from django.core.files.storage import default_storage

from problems import jobs
from problems.jobs import nightly
from problems.models import Activity, ClaimEvent, Export, StatusChange

pytestmark = pytest.mark.django_db

NIGHT = datetime.datetime(2026, 11, 21, 3, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def no_files_left(db):
    """Rows go with the test's transaction; files stay, those of other tests too."""
    forget_files()
    yield
    forget_files()


def forget_files():
    for name in default_storage.listdir("exports")[1] if default_storage.exists("exports") else ():
        default_storage.delete(f"exports/{name}")


def state():
    counts = [model.objects.count() for model in (Activity, ClaimEvent, StatusChange, Export)]
    return counts, len(mail.outbox), list(Export.objects.values_list("sha256", "made_at"))


def test_a_second_round_does_nothing_more(busy, time_machine):
    time_machine.move_to(NIGHT + datetime.timedelta(days=60), tick=False)
    assert nightly() == []
    once = state()
    assert nightly() == [] and state() == once
    assert once[1] == 1  # alice is asked about her claim


def test_the_files_are_what_the_page_says_and_can_be_fetched(client, busy, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    nightly()
    page = client.get("/data/").content.decode()
    for name in ("catalogue-2026-11-21.json", "problems-2026-11-21.csv"):
        content = b"".join(client.get(f"/data/{name}").streaming_content)
        assert f'href="/data/{name}"' in page and hashlib.sha256(content).hexdigest() in page


def test_files_are_kept_for_some_days(client, catalogue, time_machine, settings):
    settings.EXPORTS_KEPT_DAYS = 2
    for day in range(3):
        time_machine.move_to(NIGHT + datetime.timedelta(days=day), tick=False)
        nightly()
    assert {export.made_on.day for export in Export.objects.all()} == {22, 23}
    assert client.get("/data/catalogue-2026-11-21.json").status_code == 404
    assert sorted(default_storage.listdir("exports")[1]) == sorted(e.storage_name[8:] for e in Export.objects.all())


def test_one_step_that_fails_keeps_no_other_from_its_work(catalogue, monkeypatch):
    monkeypatch.setitem(jobs.STEPS, "digests", lambda now: 1 / 0)
    assert nightly() == ["digests"] and Export.objects.count() == 2


@pytest.mark.parametrize("name", ["nothing.json", "..%2Fsecrets", "catalogue-2026-11-21.json"])
def test_a_file_that_is_not_there_is_not_found(client, name):
    assert client.get(f"/data/{name}").status_code == 404


def test_before_the_first_night_the_page_says_so(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        assert "No file has been made yet" in client.get("/data/").content.decode()
