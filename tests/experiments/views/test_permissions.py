"""Who may change what from a page: the owner, another member, a curator, and somebody who is not signed in."""

import pytest
from django.test import Client

from experiments.models import Run, State, SubmittedRecipe

pytestmark = pytest.mark.django_db

CHANGES = [
    "/runs/{run}/cancel/",
    "/runs/{run}/again/",
    "/recipes/{recipe}/run/",
    "/recipes/new/",
    "/recipes/draft/",
    "/runs/{run}/pin/",
    "/people/alice/quotas/",
    "/operations/pauses/",
    "/operations/pauses/1/lift/",
    "/workers/1/drain/",
]
PAGES = [
    "/runs/{run}/",
    "/runs/{run}/live/",
    "/runs/{run}/log/",
    "/runs/{run}/log.txt",
    "/runs/{run}/files/",
    "/runs/{run}/curves/",
    "/runs/{run}/panels/",
    "/recipes/{recipe}/",
    "/recipes/new/",
    "/compare/",
    "/compare/curves/",
    "/experiments/",
    "/workers/",
]


@pytest.fixture
def clients(alice, bob, carol):
    people = {"owner": alice, "member": bob, "curator": carol, "stranger": None}
    clients = {who: Client() for who in people}
    for who, person in people.items():
        if person:
            clients[who].force_login(person)
    return clients


def address(pattern, run):
    return pattern.format(run=run.pk, recipe=run.recipe_id)


@pytest.mark.parametrize("who", ["owner", "member", "curator", "stranger"])
@pytest.mark.parametrize("pattern", PAGES)
def test_everybody_reads(clients, run, pattern, who):
    assert clients[who].get(address(pattern, run)).status_code == 200


@pytest.mark.parametrize(
    ("who", "status", "state"),
    [
        ("owner", 302, State.CANCELLED),
        ("member", 403, State.QUEUED),
        ("curator", 302, State.CANCELLED),
        ("stranger", 302, State.QUEUED),
    ],
)
def test_the_owner_and_curators_cancel(clients, run, who, status, state):
    answer = clients[who].post(f"/runs/{run.pk}/cancel/")
    assert answer.status_code == status
    assert Run.objects.get().state == state
    assert ("/accounts/login/" in answer.get("location", "")) == (who == "stranger")


@pytest.mark.parametrize(("who", "shown"), [("owner", True), ("member", False), ("curator", True), ("stranger", False)])
def test_only_who_may_cancel_sees_the_button(clients, run, who, shown):
    assert (b'id="cancel"' in clients[who].get(f"/runs/{run.pk}/").content) == shown


@pytest.mark.parametrize("pattern", ["/runs/{run}/again/", "/recipes/{recipe}/run/"])
@pytest.mark.parametrize(("who", "n_runs"), [("owner", 2), ("member", 2), ("curator", 2), ("stranger", 1)])
def test_members_run_again(clients, run, pattern, who, n_runs):
    answer = clients[who].post(address(pattern, run))
    assert Run.objects.count() == n_runs
    assert answer.url.startswith("/accounts/login/" if who == "stranger" else "/runs/")


@pytest.mark.parametrize("pattern", CHANGES[:3])
def test_reading_an_address_changes_nothing(clients, run, pattern):
    assert clients["owner"].get(address(pattern, run)).status_code == 405
    assert (Run.objects.count(), Run.objects.get().state) == (1, State.QUEUED)


@pytest.mark.parametrize("pattern", CHANGES)
def test_a_form_of_another_site_is_refused(alice, run, pattern):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(address(pattern, run), {"toml": run.recipe.toml, "action": "save"}).status_code == 403
    assert (Run.objects.count(), SubmittedRecipe.objects.count()) == (1, 1)
