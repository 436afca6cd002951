"""A deployment by hand: PostgreSQL, a broker with an access list behind TLS, artifacts in an S3-compatible store."""

from collections.abc import Iterator

import httpx
import pytest
import redis

from tests.architecture.source import ROOT
from tests.deploy.stack import Stack, running_stack
from tests.end_to_end.house import Member
from tests.experiments.object_store import BUCKET, client_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


def test_a_run_goes_through_and_its_files_are_in_the_store(stack: Stack) -> None:
    member = Member(stack)  # type: ignore[arg-type] # to its members, a stack looks like a house
    recipe = (ROOT / "tests" / "end_to_end" / "small.toml").read_text()
    ended = member.run_that_ended(member.submit(recipe), seconds=180)
    assert ended["state"] == "succeeded", (ended, stack.logs())

    artifacts = member.get(f"/api/runs/{ended['id']}/artifacts/")["artifacts"]
    stored = {item["Key"]: item["Size"] for item in client_of(stack.store).list_objects_v2(Bucket=BUCKET)["Contents"]}
    for artifact in artifacts:
        sha256 = artifact["sha256"]
        assert stored[f"{sha256[:2]}/{sha256[2:4]}/{sha256}"] == artifact["n_bytes"]
    assert len(member.download(artifacts[0]["url"])) == artifacts[0]["n_bytes"]
    member.close()


def test_nobody_was_refused_by_the_broker(stack: Stack) -> None:
    for name in ("web", "jobs", "worker"):
        assert "NOPERM" not in stack.log(name), stack.log(name)


def test_a_worker_reaches_nothing_in_the_broker_but_its_own_wake_ups(stack: Stack) -> None:
    password = stack.secret("worker_broker_password")
    broker = redis.Redis(port=stack.broker_port, username="worker", password=password)
    assert broker.llen("compute.cpu") == 0
    for forbidden in (
        lambda: broker.lpush("site", "forged"),
        lambda: broker.brpop("site", timeout=1),
        lambda: broker.keys("*"),
        lambda: broker.flushall(),
        lambda: broker.config_get("*"),
        lambda: broker.acl_list(),
        lambda: broker.publish("/0.celery.pidbox", "shutdown"),
    ):
        with pytest.raises(redis.exceptions.NoPermissionError):
            forbidden()


def test_nobody_reaches_the_broker_without_a_password(stack: Stack) -> None:
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=stack.broker_port).ping()


def test_a_broker_of_another_authority_is_not_trusted(stack: Stack) -> None:
    url = stack.secret("worker_broker_url")
    with pytest.raises(redis.exceptions.ConnectionError, match="certificate verify failed"):
        redis.Redis.from_url(url).ping()


def test_each_process_is_healthy_as_its_image_asks(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/health/ready/").json()["status"] == "ready"
    stack.run("sh", "deploy/containers/healthy.sh", "jobs")
    stack.run("env", *(f"{k}={v}" for k, v in stack.worker().items()), "sh", "deploy/containers/healthy.sh", "worker")
