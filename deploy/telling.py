"""What the person at the terminal reads while the demo starts."""

import contextlib
import time
from collections.abc import Iterator


def say(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """One line a step: what is being done, and how long it took once it is done."""
    print(f"{what} ...", end="", flush=True)
    started_at = time.monotonic()
    yield
    say(f" {time.monotonic() - started_at:.1f} s")
