from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from problems.contribution_forms import empty_help_fields, empty_reference_fields
from problems.forms import NoteForm
from problems.models import Category, Problem
from problems.selectors.problem_page import find_problem, problem_page


@require_safe
def problem_detail(request: HttpRequest, number: str) -> HttpResponse:
    problem = find_problem(number, request.user)
    if problem is None:
        return no_such_problem(request, number)
    if problem.merged_into and "itself" not in request.GET:
        return redirect(problem.merged_into)
    page = problem_page(problem, request.user, request.GET)
    context = {
        "page": page,
        "problem": problem,
        "place": problem,
        "claims": page.claims,
        "discussion": page.discussion,
        "citation": page.citation,
        "is_following": page.is_following,
        "note_form": NoteForm(),
        "reference_fields": empty_reference_fields,
        "help_fields": empty_help_fields,
        **page.evidence,
    }
    return render(request, "problems/problem.html", context)


@require_safe
def alias(request: HttpRequest, number: str) -> HttpResponse:
    """The problem that is known by a number, here or elsewhere; a choice when there are several."""
    problems = Problem.objects.known_as(number).prefetch_related("aliases")
    match list(problems):
        case []:
            return no_such_problem(request, number)
        case [problem]:
            return redirect(problem)
        case several:
            return render(request, "problems/which_problem.html", {"number": number, "problems": several})


def no_such_problem(request: HttpRequest, number: str) -> HttpResponse:
    """404 that says what there is instead."""
    category_number = number.partition(".")[0]
    category = None
    if category_number.isdecimal():
        category = Category.objects.filter(number=int(category_number[:4])).first()
    last = category.problems.last() if category else None
    context = {"number": number, "category": category, "last": last}
    return render(request, "problems/no_such_problem.html", context, status=404)
