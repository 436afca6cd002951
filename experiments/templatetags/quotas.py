"""Quotas as pages show them."""

from django import template

from experiments.services.quotas import Share, amount, shares_of
from problems.models import User

register = template.Library()


@register.simple_tag
def quotas_of(person: User) -> list[Share]:
    return shares_of(person)


@register.filter
def in_units(number: float, share: Share) -> str:
    return amount(share.name, number)
