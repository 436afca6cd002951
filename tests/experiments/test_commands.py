"""What an operator types."""

import pytest
from django.core.management import CommandError, call_command

from experiments.models import WorkerToken
from experiments.services.tokens import worker_token_of
from problems.models import User


def test_worker_token_is_printed_once_and_works(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_worker_token", "--owner=alice", "--class=gpu", "--label=lab", "--expires-days=7")
    secret = capsys.readouterr().out.strip()
    token = worker_token_of(secret)
    assert token and (token.owner, token.hardware_class, token.label) == (alice, "gpu", "lab")
    assert token.expires_at and secret not in repr(WorkerToken.objects.values().get())


@pytest.mark.parametrize("arguments", [["--owner=nobody"], ["--owner=alice", "--expires-days=0"]])
def test_token_that_makes_no_sense_is_refused(arguments: list[str], alice: User) -> None:
    with pytest.raises(CommandError):
        call_command("create_worker_token", *arguments)
    assert not WorkerToken.objects.exists()


def test_tokens_are_listed_by_number_and_revoked_by_it(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_worker_token", "--owner=alice", "--label=lab")
    capsys.readouterr()
    call_command("revoke_worker_token")
    listed = capsys.readouterr().out
    number = WorkerToken.objects.get().pk
    assert listed == f"{number}: lab of @alice, class any, valid, never used\n"

    call_command("revoke_worker_token", str(number))
    assert "0 shards that its workers held" in capsys.readouterr().out
    call_command("revoke_worker_token")
    assert "class any, ended 20" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no worker token 999"):
        call_command("revoke_worker_token", "999")
