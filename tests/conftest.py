"""Settings of the tests, put in place before Django reads them."""

import os
import tempfile

os.environ.setdefault("CIRCUITBOARD_DEBUG", "yes")
os.environ.setdefault("CIRCUITBOARD_DATA_DIR", tempfile.mkdtemp(prefix="circuitboard-tests-"))
