"""Who may make which call: the owner, another member, a curator, and somebody who is not signed in."""

import base64
from collections.abc import Callable

import pytest
from django.test import Client
from knox.models import AuthToken

from experiments.models import Run, State
from problems.models import User
from tests.experiments.api.conftest import Caller
from tests.experiments.making import make_problem, recipe_toml

pytestmark = pytest.mark.django_db

READS = ("", "log/", "measurements/", "artifacts/", "panels/")


@pytest.fixture
def callers(as_alice: Caller, as_bob: Caller, as_carol: Caller, stranger: Caller) -> dict[str, Caller]:
    return {"owner": as_alice, "member": as_bob, "curator": as_carol, "stranger": stranger}


@pytest.mark.parametrize("who", ["owner", "member", "curator", "stranger"])
def test_everybody_reads(who: str, callers: dict[str, Caller], run: Run) -> None:
    addresses = [f"/api/runs/{run.pk}/{path}" for path in READS]
    addresses += [
        "/api/runs/",
        "/api/recipes/",
        f"/api/recipes/{run.recipe_id}/",
        "/api/schema/",
        "/api/schema/recipe/",
    ]
    assert {callers[who].get(address).status_code for address in addresses} == {200}


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("member", 403), ("curator", 200), ("stranger", 401)])
def test_who_may_cancel(who: str, status: int, callers: dict[str, Caller], run: Run) -> None:
    assert callers[who].post(f"/api/runs/{run.pk}/cancel/").status_code == status
    run.refresh_from_db()
    assert run.state == (State.CANCELLED if status == 200 else State.QUEUED)


@pytest.mark.parametrize(("who", "status"), [("owner", 201), ("member", 201), ("curator", 201), ("stranger", 401)])
@pytest.mark.parametrize("what", ["recipe", "run"])
def test_members_submit(what: str, who: str, status: int, callers: dict[str, Caller], run: Run) -> None:
    make_problem()
    calls: dict[str, Callable[[Caller], int]] = {
        "recipe": lambda caller: caller.post("/api/recipes/", {"toml": recipe_toml()}).status_code,
        "run": lambda caller: caller.post(f"/api/recipes/{run.recipe_id}/runs/").status_code,
    }
    assert calls[what](callers[who]) == status


@pytest.mark.parametrize("who", ["owner", "member", "curator", "stranger"])
def test_nobody_speaks_as_a_worker_without_its_token(who: str, callers: dict[str, Caller], run: Run) -> None:
    shard = run.shards.get()
    calls = [f"/api/worker/shards/{shard.pk}/claim/", "/api/worker/announce/"]
    calls += [f"/api/shards/{shard.pk}/{call}/" for call in ("heartbeat", "events", "finish")]
    assert {callers[who].post(address, {}).status_code for address in calls} == {401}
    assert callers[who].put(f"/api/shards/{shard.pk}/blobs/{'0' * 64}/", b"x").status_code == 401


def test_token_is_made_with_handle_and_password_and_works(alice: User) -> None:
    basic = base64.b64encode(b"alice:correct horse").decode()
    made = Caller(f"Basic {basic}").post("/api/tokens/")
    assert made.status_code == 201
    caller = Caller(f"Token {made.json()['token']}")
    make_problem()
    assert caller.post("/api/recipes/", {"toml": recipe_toml()}).json()["author"] == "alice"


@pytest.mark.parametrize(
    "authorization", ["", "Basic !!!", f"Basic {base64.b64encode(b'alice:wrong').decode()}", "Token x"]
)
def test_no_token_without_the_password(authorization: str, alice: User) -> None:
    assert Caller(authorization).post("/api/tokens/").status_code == 401
    assert not AuthToken.objects.exists()


def test_browser_session_needs_its_csrf_token(alice: User, client: Client) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    make_problem()
    refused = browser.post("/api/recipes/", {"toml": recipe_toml()}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    client.force_login(alice)
    assert client.post("/api/recipes/", {"toml": recipe_toml()}, content_type="application/json").status_code == 201
