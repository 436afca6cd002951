import stat
from pathlib import Path

from deploy.keys import keep_secret, kept_secret


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    secret, is_new = kept_secret(tmp_path / "secrets" / "key")
    again, is_new_again = kept_secret(tmp_path / "secrets" / "key")

    assert (is_new, is_new_again) == (True, False)
    assert secret == again
    assert len(secret) >= 32


def test_only_the_owner_can_read_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key"
    keep_secret(path, "one")
    keep_secret(path, "two")

    assert path.read_text() == "two\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_two_secrets_differ(tmp_path: Path) -> None:
    assert kept_secret(tmp_path / "a")[0] != kept_secret(tmp_path / "b")[0]
