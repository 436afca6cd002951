import tomllib
from typing import Any

import pytest

MINIMAL = """\
title = "Tiny"
problem = "5.3"
seeds = [0, 1, 2]

[task]
name = "modular-addition"
modulus = 7

[training]
steps = 100

[[measures]]
name = "loss"
split = "test"
"""


@pytest.fixture
def toml() -> str:
    return MINIMAL


@pytest.fixture
def data() -> dict[str, Any]:
    return tomllib.loads(MINIMAL)
