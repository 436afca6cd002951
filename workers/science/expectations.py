"""Scoring a recipe's predictions as the measurements come in."""

import math
from collections.abc import Mapping, Sequence

from experiments.protocol import ScoredExpectation
from experiments.recipe.expectations import Expectation
from workers.science.events import Measured


class Scoreboard:
    """Each expectation, by its place in the recipe's list, against each seed, as far as it is known."""

    def __init__(
        self, expectations: Mapping[int, Expectation], seeds: Sequence[int], scored: Sequence[ScoredExpectation] = ()
    ) -> None:
        self.expectations = expectations
        self._scores = {
            (index, seed): ScoredExpectation(index=index, seed=seed, value=None, step=None, met=False)
            for index in expectations
            for seed in seeds
        }
        self._scores |= {(score.index, score.seed): score for score in scored}

    def see(self, measured: Measured) -> None:
        for index, expectation in self.expectations.items():
            wanted = (expectation.measure, expectation.split or "", expectation.component)
            if wanted != (measured.measure, measured.split, measured.component):
                continue
            for seed, value in zip(measured.seeds, measured.values, strict=True):
                self._judge(index, seed, value, measured.step)

    def scored(self) -> tuple[ScoredExpectation, ...]:
        return tuple(self._scores.values())

    def _judge(self, index: int, seed: int, value: float, step: int) -> None:
        """Keep the value that counts: the last, the first from a step on, or of any the closest to what is expected."""
        expectation, score = self.expectations[index], self._scores[index, seed]
        if isinstance(expectation.at, int) and (step < expectation.at or score.value is not None):
            return
        distance = _distance(expectation, value)
        if expectation.at == "any" and score.value is not None and distance >= _distance(expectation, score.value):
            return
        judged = ScoredExpectation(index=index, seed=seed, value=value, step=step, met=distance == 0)
        self._scores[index, seed] = judged


def _distance(expectation: Expectation, value: float) -> float:
    """How far a value lies outside the expected range; 0 inside, infinite when it is not a number."""
    if math.isnan(value):
        return math.inf
    below = 0.0 if expectation.at_least is None else expectation.at_least - value
    above = 0.0 if expectation.at_most is None else value - expectation.at_most
    return max(below, above, 0.0)
