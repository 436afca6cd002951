"""Which checkpoints a panel shows as frames."""

import math


def evenly(n: int, at_most: int) -> list[int]:
    """Places of at most so many of n checkpoints, evenly spread, the last one always among them."""
    stride = max(1, math.ceil(n / max(1, at_most)))
    return [place for place in range(n) if (n - 1 - place) % stride == 0]
