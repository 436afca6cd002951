"""The tiles of the wall and the cards of runs in a discussion, written in Python like the rows of a list: a page shows
dozens of them, and as templates they take most of its time.

What people wrote goes through `escape`; everything else is a number, a date, a path or one of our own words.
"""

from collections.abc import Iterable
from html import escape

from django import template
from django.template.defaultfilters import truncatechars
from django.utils.safestring import SafeString, mark_safe

from experiments.selectors.wall import Tile
from problems.addresses import address
from problems.templatetags.catalogue import ago, difficulty, sparkline

register = template.Library()


@register.simple_tag
def wall_tiles(tiles: Iterable[Tile]) -> SafeString:
    return mark_safe("\n".join(wall_tile(tile) for tile in tiles))


def wall_tile(tile: Tile) -> str:
    run, problem = tile.run, tile.run.recipe.problem
    title = shortened(run.recipe.title, 120)
    return (
        f'<li class="card">\n<p class="split small"><span><a class="mono" href="{problem.get_absolute_url()}">'
        f"{problem.number}</a> {difficulty(problem)}</span>"
        f'<span class="state" data-state="{run.state}">{run.get_state_display()}</span></p>\n'
        f'{curve(tile)}\n<h2><a href="{run.get_absolute_url()}">Run {run.pk}: {title}</a></h2>\n'
        f'<p class="small muted">{" · ".join(notes(tile))}</p>\n</li>'
    )


def shortened(title: str, most: int) -> str:
    return escape(title if len(title) <= most else truncatechars(title, most))


def curve(tile: Tile) -> str:
    return line(tile) or f'<p class="no-line muted small">nothing measured{"" if tile.run.is_ended else " yet"}</p>'


def line(tile: Tile) -> str:
    return sparkline(tile.cell) if tile.cell.points else ""


def notes(tile: Tile) -> list[str]:
    by = f"{escape(str(tile.run.submitter))}, " if tile.run.submitter else ""
    said = [escape(tile.cell.text), seeds(tile), f"{by}{ago(tile.run.created_at)}"]
    return [note for note in said if note]


def seeds(tile: Tile) -> str:
    return f"{tile.n_seeds} seed{'' if tile.n_seeds == 1 else 's'}"


@register.simple_tag
def run_card(tile: Tile) -> SafeString:
    """It asks again for itself until the run has ended."""
    run, problem = tile.run, tile.run.recipe.problem
    again = f' hx-get="{address("run_card", run.pk)}" hx-trigger="every 5s" hx-swap="outerHTML"'
    title = shortened(run.recipe.title, 140)
    said = [seeds(tile), f'of <a href="{problem.get_absolute_url()}">{problem.number}</a>']
    said += [escape(str(run.submitter))] if run.submitter else []
    return mark_safe(
        f'<div{"" if run.is_ended else again}>\n<p class="split"><strong><a href="{run.get_absolute_url()}">'
        f'Run {run.pk}</a></strong> <span class="state small" data-state="{run.state}">{run.get_state_display()}</span>'
        f'</p>\n{line(tile)}\n<p class="small">{title}{f": {escape(tile.cell.text)}" if tile.cell.text else ""}\n'
        f'<span class="muted">· {" · ".join([*said, ago(run.created_at)])}</span></p>\n</div>\n'
    )
