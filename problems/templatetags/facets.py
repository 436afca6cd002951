"""The filters of the list as form fields, written in Python: sixty choices as templates take milliseconds."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from problems.selectors.facets import Facet, Option

register = template.Library()

UNKNOWN_SPOKEN = '<span class="visually-hidden">, not known</span>'


@register.simple_tag
def facet_boxes(facet: Facet | None) -> SafeString:
    """One may choose several."""
    if not facet:
        return SafeString()
    boxes = (box(facet.name, place, option) for place, option in enumerate(facet.options, start=1))
    return fieldset(facet.label, boxes)


@register.simple_tag
def facet_radios(facet: Facet | None, legend: str = "") -> SafeString:
    """One may choose one, or any."""
    if not facet:
        return SafeString()
    buttons = (radio(facet.name, option) for option in facet.options)
    return fieldset(legend or facet.label, [any_of(facet), *buttons])


@register.simple_tag
def facet_select(facet: Facet | None, everything: str) -> SafeString:
    """For what has too many choices to show them all; `everything` says what no choice shows."""
    if not facet:
        return SafeString()
    options = "".join(
        f'<option value="{escape(option.value)}"{" selected" if option.is_chosen else ""}>'
        f"{escape(option.label)} ({option.n})</option>"
        for option in facet.options
    )
    return mark_safe(
        f'<span class="facet-select"><label class="visually-hidden" for="{facet.name}">{facet.label}</label>\n'
        f'<select id="{facet.name}" name="{facet.name}"><option value="">{escape(everything)}</option>\n'
        f"{options}</select></span>"
    )


def fieldset(legend: str, fields: Iterable[str]) -> SafeString:
    return mark_safe(f'<fieldset class="choices">\n<legend>{escape(legend)}</legend>\n{"".join(fields)}</fieldset>')


def box(name: str, place: int, option: Option) -> str:
    key = f"{name}-{place}"
    title, spoken = (' title="not known"', UNKNOWN_SPOKEN) if option.value == "?" else ("", "")
    return (
        f'<label for="{key}"{title}>{field("checkbox", key, name, option.value, option.is_chosen)}\n'
        f'{option.label}{spoken} <span class="count">{option.n}</span></label>\n'
    )


def radio(name: str, option: Option) -> str:
    key = f"{name}-{option.value}"
    return (
        f'<label for="{key}">{field("radio", key, name, option.value, option.is_chosen)}\n'
        f'{option.label} <span class="count">{option.n}</span></label>\n'
    )


def any_of(facet: Facet) -> str:
    key = f"{facet.name}-any"
    return f'<label for="{key}">{field("radio", key, facet.name, "any", not facet.is_chosen)} any</label>\n'


def field(kind: str, key: str, name: str, value: str, is_chosen: bool) -> str:
    return f'<input type="{kind}" id="{key}" name="{name}" value="{value}"{" checked" if is_chosen else ""}>'
