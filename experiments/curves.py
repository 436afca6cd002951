"""Curves over steps, as numbers: the median of seeds with a band, and smoothing. Neither Django nor plotly here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

X: TypeAlias = float | str | None


@dataclass(frozen=True)
class Curve:
    x: Sequence[X]
    y: Sequence[float | None]


@dataclass(frozen=True)
class Band:
    """At each x, over the curves that have a value there."""

    x: list[X]
    low: list[float | None]  # 10th percentile
    median: list[float | None]
    high: list[float | None]  # 90th percentile


def median_with_band(curves: Sequence[Curve]) -> Band:
    """Median, 10th and 90th percentile of the curves at every x that any of them has, in order of x."""
    values_at: dict[X, list[float]] = {}
    for curve in curves:
        for x, y in zip(curve.x, curve.y, strict=True):
            found = values_at.setdefault(x, [])
            if y is not None:
                found.append(y)
    xs: list[X] = list(values_at)
    if not any(isinstance(x, str) for x in xs):
        xs.sort(key=lambda x: float(x or 0))
    ordered = [sorted(values_at[x]) for x in xs]
    low, median, high = ([quantile(values, q) for values in ordered] for q in (0.1, 0.5, 0.9))
    return Band(xs, low, median, high)


def quantile(ordered: Sequence[float], q: float) -> float | None:
    """The q-quantile of ordered values, between neighbours by a straight line; None of no values."""
    if not ordered:
        return None
    place = q * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def smoothed(values: Sequence[float | None], weight: float) -> list[float | None]:
    """Exponential moving average, corrected for the missing past at its start; a gap stays a gap. 0 changes nothing."""
    average, mass = 0.0, 0.0
    result: list[float | None] = []
    for value in values:
        if value is None:
            result.append(None)
            continue
        average = weight * average + (1 - weight) * value
        mass = weight * mass + (1 - weight)
        result.append(average / mass)
    return result
