"""Quotas are seen before one submits, and on a page of one's own that curators may write to."""

import pytest

from experiments.models import Quota
from tests.experiments.making import make_problem, recipe_toml

pytestmark = pytest.mark.django_db


def test_editor_shows_what_this_run_would_take_and_what_is_left(as_alice, settings) -> None:
    settings.LIVE_SHARDS_PER_USER = 2000
    make_problem()
    shown = as_alice.post("/recipes/new/", {"toml": recipe_toml(), "action": "check"}).content.decode()
    assert "Shards waiting or running" in shown and '<td class="right num">2,000</td>' in shown
    settings.LIVE_SHARDS_PER_USER = 0
    assert "1, too much" in as_alice.post("/recipes/draft/", {"toml": recipe_toml()}).content.decode()


def test_recipe_page_shows_them_to_who_is_signed_in(as_alice, client, recipe) -> None:
    assert "This run" in as_alice.get(f"/recipes/{recipe.pk}/").content.decode()
    client.logout()
    assert "This run" not in client.get(f"/recipes/{recipe.pk}/").content.decode()


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("bob", 403), ("carol", 200), (None, 302)])
def test_own_page_is_for_the_person_and_curators(client, alice, bob, carol, who, status) -> None:
    if who:
        client.force_login({"alice": alice, "bob": bob, "carol": carol}[who])
    answer = client.get("/people/alice/quotas/")
    assert answer.status_code == status
    assert ("Change them" in answer.content.decode()) == (who == "carol")


@pytest.mark.parametrize(("who", "limit"), [("alice", None), ("bob", None), ("carol", 7), (None, None)])
def test_only_a_curator_changes_them(client, alice, bob, carol, who, limit) -> None:
    if who:
        client.force_login({"alice": alice, "bob": bob, "carol": carol}[who])
    client.post("/people/alice/quotas/", {"live_shards": 7, "device_hours_per_week": 2, "reason": "asked for"})
    found = Quota.objects.first()
    assert (found and found.live_shards) == limit
    assert found is None or (found.device_seconds_per_week, found.stored_bytes) == (7200, None)


def test_a_change_says_why(client, alice, carol) -> None:
    client.force_login(carol)
    answer = client.post("/people/alice/quotas/", {"live_shards": 7})
    assert answer.status_code == 422 and not Quota.objects.exists()


def test_api_tells_them(client, alice) -> None:
    assert client.get("/api/quotas/").status_code == 401
    client.force_login(alice)
    told = {quota["name"]: quota for quota in client.get("/api/quotas/").json()["quotas"]}
    assert set(told) == {"running_shards", "live_shards", "device_seconds_per_week", "stored_bytes"}
    make_problem()
    checked = client.post("/api/recipes/check/", {"toml": recipe_toml()}, content_type="application/json").json()
    assert [quota["wanted"] for quota in checked["quotas"] if quota["name"] == "live_shards"] == [1]
