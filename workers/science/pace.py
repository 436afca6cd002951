"""How long the rest will take."""

SMOOTHING = 0.1  # weight of the newest stretch in the estimate


class Pace:
    """Seconds per step, smoothed: early stretches are slow because early steps are measured densely."""

    def __init__(self) -> None:
        self._last: tuple[int, float] | None = None
        self._seconds_per_step: float | None = None

    def see(self, step: int, now: float) -> None:
        if self._last is not None and step > self._last[0]:
            newest = (now - self._last[1]) / (step - self._last[0])
            earlier = newest if self._seconds_per_step is None else self._seconds_per_step
            self._seconds_per_step = earlier + SMOOTHING * (newest - earlier)
        self._last = (step, now)

    def seconds_left(self, steps: int) -> float | None:
        if self._last is None or self._seconds_per_step is None:
            return None
        return (steps - self._last[0]) * self._seconds_per_step
