"""A problem as it was: each revision at an address that stays, and what changed between any two."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from problems.citations import cite_problem
from problems.selectors.problem_page import find_problem
from problems.selectors.revisions import changes_between, revisions_of
from problems.views.problem import no_such_problem


@require_safe
def history(request: HttpRequest, number: str) -> HttpResponse:
    """Every revision; `?from=1&to=3` says what changed between two of them."""
    problem = find_problem(number, request.user)
    if problem is None:
        return no_such_problem(request, number)
    revisions = revisions_of(problem)
    if not revisions:
        raise Http404(f"No revision of problem {number} is kept.")
    by_number = {str(revision.number): revision for revision in revisions}
    newer = by_number.get(request.GET.get("to", ""), revisions[-1])
    older = by_number.get(request.GET.get("from", ""), revisions[max(0, newer.number - 2)])
    context = {
        "problem": problem,
        "revisions": revisions[::-1],
        "older": older,
        "newer": newer,
        "changes": changes_between(older, newer),
    }
    return render(request, "problems/revisions.html", context)


@require_safe
def revision(request: HttpRequest, number: str, n: int) -> HttpResponse:
    problem = find_problem(number, request.user)
    if problem is None:
        return no_such_problem(request, number)
    revisions = revisions_of(problem)
    if not 1 <= n <= len(revisions):
        raise Http404(f"Problem {number} has revisions 1 to {len(revisions)}.")
    shown = revisions[n - 1]
    context = {
        "problem": problem,
        "revision": shown,
        "before": revisions[n - 2] if n > 1 else None,
        "after": revisions[n] if n < len(revisions) else None,
        "citation": cite_problem(problem, shown),
    }
    return render(request, "problems/revision.html", context)
