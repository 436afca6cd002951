"""The panels of a run as its page shows them: the height of their box, and their numbers as a table."""

from dataclasses import dataclass

from experiments.figure_tables import Table, table_of_panel
from experiments.figures import figure_of_panel
from experiments.models import Run
from experiments.recipe.panels import Panel
from experiments.services.panels import panels_of


@dataclass(frozen=True)
class ShownPanel:
    panel: Panel
    height: int
    table: Table


def shown_panels(run: Run) -> list[ShownPanel]:
    return [ShownPanel(p, figure_of_panel(p)["layout"]["height"], table_of_panel(p)) for p in panels_of(run)]
