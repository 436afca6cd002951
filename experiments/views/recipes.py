"""The page of a recipe, and running it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from experiments.differences import differences
from experiments.models import SubmittedRecipe
from experiments.selectors.drafts import cost_of, shares_for
from experiments.views.submitting import start_run


@require_safe
def recipe(request: HttpRequest, pk: int) -> HttpResponse:
    recipes = SubmittedRecipe.objects.select_related("problem", "author", "forked_from")
    shown = get_object_or_404(recipes, pk=pk)
    parent = shown.forked_from
    context = {
        "shown": shown,
        "recipe": shown.recipe,
        "parent": parent,
        "changes": differences([parent.recipe, shown.recipe]) if parent else [],
        "forks": shown.forks.select_related("author").order_by("pk")[:50],
        "runs": shown.runs.select_related("submitter").order_by("-pk")[:50],
        "starters": shown.problem.recipes.starters().exclude(pk=shown.pk).order_by("-size", "title"),
        "cost": cost_of(shown.recipe),
        "shares": shares_for(shown.recipe, request.user),
    }
    return render(request, "experiments/recipe.html", context)


@login_required
@require_POST
def run_recipe(request: HttpRequest, pk: int) -> HttpResponse:
    return start_run(request, get_object_or_404(SubmittedRecipe, pk=pk))
