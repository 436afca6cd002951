"""While the engine's tests run, the shapes of every annotated function are checked, and one thread is enough.

UMAP's functions are not compiled: that takes half a minute, and the tests give it a handful of points.
"""

import os

from jaxtyping import install_import_hook

os.environ.setdefault("NUMBA_DISABLE_JIT", "1")

install_import_hook("workers.science", "beartype.beartype")

import pytest  # noqa: E402 - the hook must be in place before the engine is imported
import torch  # noqa: E402

from workers.science.device import settle  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def device() -> torch.device:
    return settle("cpu", threads=1)
