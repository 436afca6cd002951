"""Comments: writing with a preview, editing, removing, and the permanent address of each."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from problems.contribution_forms import CommentForm, RemovalForm
from problems.models import Comment, Idea, Problem, User
from problems.selectors.discussion import address_of, comment_asked_for, post_url, texts_of
from problems.services.discussion import TooLate, add_comment, edit_comment, is_editable, remove_comment
from problems.views.going_back import carried


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def on_problem(request: HttpRequest, number: str) -> HttpResponse:
    return write(request, get_object_or_404(Problem.objects.visible_to(request.user), number=number))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def on_idea(request: HttpRequest, pk: int) -> HttpResponse:
    return write(request, get_object_or_404(Idea.objects.visible_to(request.user), pk=pk))


def write(request: HttpRequest, place: Problem | Idea) -> HttpResponse:
    form = CommentForm(request.POST or None)
    answered = comment_asked_for(request.POST.get("answers", ""), place, request.user)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        author, body = cast(User, request.user), form.cleaned_data["body"]
        where: dict[str, Any] = {"problem": place} if isinstance(place, Problem) else {"idea": place}
        made = add_comment(author=author, body=body, answers=answered, **where)
        awaits = " It is public and awaits approval." if made.is_pending else ""
        messages.success(request, f"Your comment is there.{awaits}")
        return redirect(made.get_absolute_url() + carried(request))
    context = {"place": place, "url": post_url(place), "answered": answered}
    return with_preview(request, form, "problems/comment_write.html", context)


def with_preview(request: HttpRequest, form: CommentForm, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page of the form; only the preview when the page asks for that alone."""
    is_written = form.is_bound and form.is_valid()
    preview = texts_of([form.cleaned_data["body"]], first_heading=2)[0] if is_written else None
    if request.htmx and "preview" in request.POST:  # type: ignore[attr-defined]
        template = "problems/_comment_preview.html"
    return render(request, template, {"form": form, "preview": preview, **context})


@require_safe
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request), pk=pk)
    return redirect(address_of(found, request.user, carried_list=request.GET.get("list", "")))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(visible(request).filter(added_by=cast(User, request.user), removed_at=None), pk=pk)
    form = CommentForm(request.POST or None, initial={"body": own.body})
    try:
        if not is_editable(own, timezone.now()):
            raise TooLate
        if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
            edit_comment(own, body=form.cleaned_data["body"])
            messages.success(request, "Your comment is changed.")
            return redirect(own.get_absolute_url() + carried(request))
    except TooLate as refusal:
        messages.error(request, str(refusal))
        return redirect(own.get_absolute_url() + carried(request))
    return with_preview(request, form, "problems/comment_edit.html", {"comment": own, "url": request.path})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Its author may, and a curator with a reason. Asks once, showing what goes."""
    person = cast(User, request.user)
    mine = visible(request).filter(removed_at=None)
    found = get_object_or_404(mine if person.is_curator else mine.filter(added_by=person), pk=pk)
    is_own = found.added_by_id == person.pk
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (is_own or form.is_valid()):
        remove_comment(found, by=person, reason="" if is_own else form.cleaned_data["reason"])
        messages.success(request, "The comment is removed. Its place in the discussion stays.")
        return redirect(found.get_absolute_url() + carried(request))
    text = texts_of([found.body], first_heading=2)[0]
    context = {"comment": found, "text": text, "form": None if is_own else form}
    return render(request, "problems/comment_remove.html", context)


def visible(request: HttpRequest) -> Any:
    return Comment.objects.visible_to(request.user).select_related("problem", "idea", "added_by")
