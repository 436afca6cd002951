"""The learning rate of each update, a function of its number alone."""

import math
from bisect import bisect_right

from experiments.recipe.training import Training


def learning_rate(spec: Training, update: int) -> float:
    """Of update number `update`, from 0 on: lr * min(1, (update + 1) / warmup_steps) * what the schedule leaves."""
    warm = min(1.0, (update + 1) / spec.warmup_steps) if spec.warmup_steps else 1.0
    return spec.learning_rate * warm * _left(spec, update)


def _left(spec: Training, update: int) -> float:
    """constant: 1. step: step_factor to the number of step_at that are reached. cosine, after the warm-up:
    e + (1 - e) (1 + cos(pi t)) / 2, where e is cosine_end and t in [0, 1) the share of the remaining updates that are
    made (Loshchilov & Hutter 2017, arXiv 1608.03983, equation 5, without restarts)."""
    if spec.learning_rate_schedule == "step":
        return spec.step_factor ** bisect_right(sorted(spec.step_at), update)
    if spec.learning_rate_schedule == "cosine":
        done = max(0, update - spec.warmup_steps) / (spec.steps - spec.warmup_steps)
        return spec.cosine_end + (1 - spec.cosine_end) * (1 + math.cos(math.pi * done)) / 2
    return 1.0
