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
from workers.science.evaluation import Snapshot  # noqa: E402
from workers.science.setup import Setup, set_up  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def device() -> torch.device:
    return settle("cpu", threads=1)


@pytest.fixture(scope="module")
def setup(request: pytest.FixtureRequest) -> Setup:
    """Two seeds of the recipe that the module calls TINY."""
    return set_up(request.module.TINY, [0, 1], torch.device("cpu"))


@pytest.fixture(scope="module")
def snapshot(setup: Setup) -> Snapshot:
    """Before the first step."""
    return setup.snapshot(setup.model.initial_weights([0, 1]))
