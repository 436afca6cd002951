"""How long a laptop takes over a recipe: as measured where the project ran it to its end, else worked out."""

import hashlib
import re
import tomllib

import rfc8785

from experiments.recipe.budget import Budget
from experiments.recipe.recipe import PROSE

FLOPS_PER_SECOND = 30e9  # of one core on matrices as small as these: what the measured recipes come to, in the middle
RUN_WITH = re.compile(r"(\d+) CPU seconds\b.*? Settings `([0-9a-f]+)`")


def settings_digest(toml: str) -> str:
    """Of what the TOML asks for, without its prose and without what the vocabulary adds to it."""
    settings = {name: value for name, value in tomllib.loads(toml).items() if name not in PROSE}
    settings["expect"] = [
        {name: value for name, value in expectation.items() if name != "source"}
        for expectation in settings.get("expect", [])
    ]
    return hashlib.sha256(rfc8785.dumps(settings)).hexdigest()[:12]


def measured_seconds(results: str) -> dict[str, float]:
    """Processor seconds by the digest of the settings, from the text of `deploy/RESULTS.md`. Unlike the time of the
    clock they hardly depend on what else the machine did."""
    return {settings: float(seconds) for seconds, settings in RUN_WITH.findall(results)}


def estimated_seconds(budget: Budget) -> float:
    """From the arithmetic and the number of updates; most of what was measured lies between half and twice of it."""
    return budget.seconds_on(FLOPS_PER_SECOND) or 0.0
