"""Numbers with their units, as people read them."""

import math
from typing import Any

from django import template

from experiments.forms.schema import written as in_words

register = template.Library()

DURATIONS = ((86400, "days"), (3600, "h"), (60, "min"))
PREFIXES = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


@register.filter
def duration(seconds: float | None) -> str:
    """'40 s', '4 min', '2.5 h', '3 days'; empty for an unknown time."""
    if seconds is None:
        return ""
    for length, unit in DURATIONS:
        if seconds >= 1.5 * length:
            amount = seconds / length
            return f"{amount:.0f} {unit}" if amount >= 10 or unit == "min" else f"{amount:.1f} {unit}"
    return "less than 1 s" if seconds < 1 else f"{seconds:.0f} s"


@register.filter
def with_prefix(amount: float) -> str:
    """A large number with a decimal prefix: '3.4 T'."""
    for size, prefix in PREFIXES:
        if amount >= size:
            return f"{amount / size:.3g} {prefix}"
    return f"{amount:.3g} "


@register.filter
def written(value: Any) -> str:
    """A value of a recipe; a field that is not there is a dash."""
    return "-" if value is None else in_words(value)


@register.filter
def number(value: Any) -> str:
    """A measured value to four digits; a missing or infinite one says so."""
    if value is None:
        return "not finite"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4g}" if math.isfinite(value) else str(value)
