"""Addresses of pages, remembered: a list shows hundreds of links, and to work one out takes longer than to write it."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse


def address(name: str, *args: str | int) -> str:
    """The path of the page of this name in the tables of addresses."""
    return _address(get_script_prefix(), name, *args)


@lru_cache(maxsize=50_000)
def _address(prefix: str, name: str, *args: str | int) -> str:
    """`prefix` is where the site is mounted, which `reverse` reads by itself."""
    return reverse(name, args=args)
