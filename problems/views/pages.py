"""Pages that only show: front, category, ideas, a person."""

from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from problems.evidence import registered_evidence, result_cells
from problems.models import Category, Claim, HelpWanted, Idea, Problem, User
from problems.models.querysets import is_claimed
from problems.selectors.listing import Row


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    evidence = registered_evidence()
    problems = Problem.objects.with_evidence()
    context = {
        "n_problems": problems.count(),
        "n_claimed": problems.filter(is_claimed(timezone.now())).count(),
        "n_with_recipe": problems.with_recipe().count(),
        "categories": Category.objects.annotate(n_problems=Count("problems")),
        "latest_claims": Claim.objects.held().select_related("problem", "claimant")[:5],
        "help_wanted": HelpWanted.objects.open().select_related("problem", "added_by")[:5],
        "evidence_template": evidence.front_template if evidence else "",
        **(evidence.front(request.user) if evidence else {}),
    }
    return render(request, "problems/front.html", context)


@require_safe
def category(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Category, number=number)
    problems = list(found.problems.with_status().with_row_details())
    cells = result_cells(problems)
    groups: dict[str, list[Row]] = {}
    for problem in problems:
        groups.setdefault(problem.subcategory, []).append(Row(problem, cells.get(problem.pk)))
    context = {
        "category": found,
        "groups": groups.items(),
        "n_problems": len(problems),
        "resources": found.resources.all(),
        "categories": Category.objects.all(),
    }
    return render(request, "problems/category.html", context)


@require_safe
def ideas(request: HttpRequest) -> HttpResponse:
    shown = Idea.objects.select_related("added_by", "duplicate_of").prefetch_related("related_problems", "duplicates")
    return render(request, "problems/ideas.html", {"ideas": shown})


@require_safe
def person(request: HttpRequest, handle: str) -> HttpResponse:
    claims = Prefetch("claims", queryset=Claim.objects.select_related("problem"))
    found = get_object_or_404(User.objects.prefetch_related(claims, "added_ideas"), username=handle, is_active=True)
    return render(request, "problems/person.html", {"person": found})
