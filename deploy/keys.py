"""Secrets of a laptop installation: made once, kept in files that only their owner can read."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> tuple[str, bool]:
    """The secret in the file, and whether it was made just now."""
    if path.exists():
        return path.read_text(encoding="utf-8").strip(), False
    secret = secrets.token_urlsafe(24)
    keep_secret(path, secret)
    return secret, True


def keep_secret(path: Path, secret: str) -> None:
    """Never readable by others, not even for a moment: the file is made with its mode and then put in place."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
    new.replace(path)
