from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from problems.idea_forms import DifficultyField, NumbersField, SubcategoryField, text_area
from problems.models import Category, Comment, Part, Problem
from problems.moderation_forms import reason_field

WHY = "Kept with the revision; readers see it."


class DateInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class RevisionForm(forms.Form):
    """Carries the revision that it was filled from, so that nobody's work is overwritten unseen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    statement = forms.CharField(max_length=4000, widget=text_area(6))
    subcategory = SubcategoryField()
    difficulty = DifficultyField(help_text="From A, most approachable, to D, hardest.")
    difficulty_note = forms.CharField(
        max_length=1000, required=False, widget=text_area(2), help_text="What is unusual or disputed about the letter."
    )
    starred = forms.TypedChoiceField(
        choices=[("", "not known"), ("yes", "yes"), ("no", "no")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        label="Starred in the source",
    )
    sources = forms.CharField(max_length=80, required=False, help_text="Where it was read, such as coda;post-5.")
    see_also = NumbersField(label="See also", help_text="Numbers of problems it builds on, such as 5.3, 1.10.")
    literature_checked_on = forms.DateField(
        required=False, widget=DateInput(), label="Literature last checked", help_text="Empty if nobody has looked."
    )
    reason = reason_field(help_text=WHY)

    def clean_literature_checked_on(self) -> Any:
        day = self.cleaned_data["literature_checked_on"]
        if day and day > timezone.now().date():
            raise ValidationError("This date is in the future. Give today’s or an earlier one.")
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["difficulty_low"], values["difficulty_high"] = values.pop("difficulty", ("", ""))
        return values


def initial_revision(problem: Problem, revision: Any) -> dict[str, Any]:
    starred = {None: "", True: "yes", False: "no"}[problem.starred]
    copied = ("statement", "subcategory", "difficulty", "difficulty_note", "sources", "literature_checked_on")
    return {
        **{name: getattr(problem, name) for name in copied},
        "starred": starred,
        "see_also": list(problem.see_also.all()),
        "seen": revision.history_id,
    }


class SplitForm(forms.Form):
    statements = forms.CharField(
        max_length=8000,
        widget=text_area(8),
        label="Parts, one a line",
        help_text="They get the next letters, in this order. A letter is never given twice.",
    )
    reason = reason_field(help_text=WHY)

    def clean_statements(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["statements"].splitlines() if line.strip()]


class MergeForm(forms.Form):
    into = forms.CharField(max_length=12, label="Number of the problem that stays")
    reason = reason_field(help_text=WHY)

    def clean_into(self) -> Problem:
        number = self.cleaned_data["into"].strip()
        found = Problem.objects.filter(number=number).first()
        if found is None:
            raise ValidationError(f"There is no problem {number}. Numbers look like 5.3 or 1.10.")
        return found


class CommentsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Comment) -> str:
        line = " ".join(obj.body.split())
        return f"{obj.added_by or 'a former member'}: {line if len(line) <= 300 else f'{line[:299]}…'}"


class IncorporateForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput)
    statement = forms.CharField(
        max_length=4000, widget=text_area(6), help_text="As it is, if it reflects them already."
    )
    comments = CommentsField(
        Comment.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Comments it takes in"
    )
    takes_in_runs = forms.BooleanField(required=False, label="It reflects all runs until now")
    reason = reason_field(help_text=WHY)

    def __init__(self, *args: Any, problem: Problem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = Comment.objects.not_taken_in().filter(problem=problem).select_related("added_by")
        self.fields["comments"].queryset = waiting  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("comments") and not values.get("takes_in_runs"):
            raise ValidationError("Choose what the statement takes in: comments, runs, or both.")
        return values


class ResolveForm(forms.Form):
    part = forms.ModelChoiceField(Part.objects.none(), required=False, empty_label="the whole problem", label="What")
    run = forms.IntegerField(min_value=1, label="Number of the run that shows it")
    reason = reason_field(label="What was found", help_text="In a sentence or two. Readers see it.")

    def __init__(self, *args: Any, problem: Problem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].queryset = problem.parts.all()  # type: ignore[attr-defined]


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    reason = reason_field()

    class Meta:
        model = Category
        fields = ["number", "name", "motivation", "tips"]
        widgets = {"motivation": text_area(5), "tips": text_area(6)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["number"]  # it is the first half of each of its problems' numbers

    def clean_number(self) -> int:
        number = int(self.cleaned_data["number"])
        if Category.objects.filter(number=number).exists():
            raise ValidationError(f"There is a category {number}. The next free one is {next_category()}.")
        return number


def next_category() -> int:
    last = Category.objects.order_by("number").last()
    return last.number + 1 if last else 1
