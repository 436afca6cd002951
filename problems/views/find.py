from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from problems.list_forms import FindForm
from problems.selectors.find import find_problems


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The form with the answer below it; on a first visit to what it asks for by itself."""
    given = request.GET if request.GET else {name: field.initial for name, field in FindForm().fields.items()}
    form = FindForm(given)
    answer = find_problems(form.cleaned_data) if form.is_valid() else None
    return render(request, "problems/find.html", {"form": form, "answer": answer})
