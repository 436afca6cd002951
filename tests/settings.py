"""The settings of the tests: those of the project, in a folder of their own, on SQLite or PostgreSQL.

`CIRCUITBOARD_TEST_DATABASE=postgresql` runs the tests that touch a database on a real PostgreSQL server.
"""

import contextlib
import os
import shutil
import tempfile

from tests.postgresql import postgresql_server

DATABASES_TO_TEST = ("sqlite", "postgresql")
TEST_DATABASE = os.environ.get("CIRCUITBOARD_TEST_DATABASE", "sqlite")
if TEST_DATABASE not in DATABASES_TO_TEST:
    raise ValueError(f"CIRCUITBOARD_TEST_DATABASE is {TEST_DATABASE!r}; allowed: {', '.join(DATABASES_TO_TEST)}")

until_the_end = contextlib.ExitStack()
data_dir = tempfile.mkdtemp(prefix="circuitboard-tests-")
until_the_end.callback(shutil.rmtree, data_dir, ignore_errors=True)

os.environ["CIRCUITBOARD_DEBUG"] = "yes"
os.environ["CIRCUITBOARD_DATA_DIR"] = data_dir
os.environ.pop("CIRCUITBOARD_DATABASE_URL", None)
if TEST_DATABASE == "postgresql":
    os.environ["CIRCUITBOARD_DATABASE_URL"] = until_the_end.enter_context(postgresql_server())

from deploy.settings import *  # noqa: E402, F403 - the environment above must be there first
from deploy.settings import DATABASES, STORAGES  # noqa: E402

if TEST_DATABASE == "sqlite":  # in a file as on a laptop: in memory, threads would not wait for each other's locks
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(data_dir, "test.sqlite3")}

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow on purpose is for real passwords
WHITENOISE_AUTOREFRESH = True  # the folder of collected files is not there in a test
