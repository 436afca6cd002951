"""Starting a run from a page: the new run, or the plain reason why there is none."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from experiments.models import SubmittedRecipe
from experiments.services.refusals import Refused
from experiments.services.runs import submit_run


def start_run(request: HttpRequest, recipe: SubmittedRecipe) -> HttpResponse:
    assert request.user.is_authenticated
    try:
        run = submit_run(recipe=recipe, submitter=request.user)
    except Refused as refusal:
        messages.error(request, refusal.detail)
        return redirect(recipe)
    return redirect(run)
