from experiments.views.cards import run_card
from experiments.views.compare import compare, compare_curves
from experiments.views.editor import draft, new_recipe
from experiments.views.logs import run_log, run_log_text
from experiments.views.operations import lift, operations, pauses
from experiments.views.plots import panel_figure, run_curves
from experiments.views.quotas import person_quotas
from experiments.views.recipes import recipe, run_recipe
from experiments.views.runs import cancel_run, pin, run, run_again, run_files, run_live, run_panels
from experiments.views.wall import experiments
from experiments.views.workers import drain_worker, workers

__all__ = [
    "cancel_run",
    "compare",
    "compare_curves",
    "draft",
    "drain_worker",
    "experiments",
    "lift",
    "new_recipe",
    "operations",
    "panel_figure",
    "pauses",
    "person_quotas",
    "pin",
    "recipe",
    "run",
    "run_again",
    "run_card",
    "run_curves",
    "run_files",
    "run_live",
    "run_log",
    "run_log_text",
    "run_panels",
    "run_recipe",
    "workers",
]
