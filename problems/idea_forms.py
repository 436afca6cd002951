"""Forms for ideas and proposed problems, and the fields that curators' forms share with them."""

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from problems.models import LETTERS, Category, Idea, Problem
from problems.services.catalogue_files import parse_difficulty

RANGES = [low if low == high else f"{low}-{high}" for low, high in combinations_with_replacement(LETTERS, 2)]
MARKDOWN = "Markdown; $...$ is maths."


def text_area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class NumbersField(forms.CharField):
    """Problem numbers such as "5.3, 1.10"; gives the problems and names each number that none has."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=400, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(problem.number for problem in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[Problem]:
        numbers = list(dict.fromkeys(super().clean(value).replace(",", " ").replace(";", " ").split()))
        found = {problem.number: problem for problem in Problem.objects.filter(number__in=numbers)}
        missing = [number for number in numbers if number not in found]
        if missing:
            raise ValidationError(f"No problem has the number {', '.join(missing)}. Numbers look like 5.3 or 1.10.")
        return [found[number] for number in numbers]


class DifficultyField(forms.ChoiceField):
    """A letter or a range; gives low and high, both empty when not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("", "not known"), *((name, name) for name in RANGES)], required=False, **options)

    def clean(self, value: Any) -> tuple[str, str]:
        return parse_difficulty(super().clean(value))


class SubcategoryField(forms.CharField):
    """Free text; the names in use are offered."""

    def __init__(self, **options: Any) -> None:
        attrs = {"list": "subcategories"}
        super().__init__(max_length=120, required=False, widget=forms.TextInput(attrs=attrs), **options)


def subcategories_in_use() -> Sequence[str]:
    names = Problem.objects.exclude(subcategory="").order_by("subcategory").values_list("subcategory", flat=True)
    return list(names.distinct())


class IdeaForm(forms.ModelForm):  # type: ignore[type-arg]
    related_problems = NumbersField(
        label="Related problems", help_text="Their numbers, such as 5.3, 1.10. May stay empty."
    )

    class Meta:
        model = Idea
        fields = ["kind", "title", "summary", "originator", "originator_role"]
        widgets = {"kind": forms.RadioSelect, "summary": text_area(8)}
        labels = {"originator": "Whose idea it is", "originator_role": "What they do"}
        help_texts = {
            "summary": f"What to find out and how one might begin. {MARKDOWN}",
            "originator": "Only if it is not yours.",
            "originator_role": "Such as student or research engineer. May stay empty.",
        }
        error_messages = {"title": {"unique": "There is an idea of this title already. Add to its discussion instead."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Idea.Kind.choices  # type: ignore[attr-defined]  # no empty one
        self.fields["kind"].initial = Idea.Kind.OPEN_ENDED

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("originator_role") and not values.get("originator"):
            self.add_error("originator", "Name whose idea it is, or leave their role empty.")
        return values


class ProposalForm(forms.Form):
    category = forms.ModelChoiceField(Category.objects.all(), empty_label=None)
    subcategory = SubcategoryField(help_text="One in use, or a new one. May stay empty.")
    statement = forms.CharField(
        max_length=4000,
        widget=text_area(5),
        help_text=f"What is to be found out, so that somebody could begin. {MARKDOWN}",
    )
    difficulty = DifficultyField(
        label="Difficulty, your guess", help_text="From A, most approachable, to D, hardest. May stay unknown."
    )
    source = forms.CharField(
        max_length=300, required=False, help_text="A paper, post or person it comes from. Empty if it is your own."
    )


class TurnIntoProblemForm(forms.Form):
    category = forms.ModelChoiceField(Category.objects.all(), empty_label=None)
    subcategory = SubcategoryField()
    statement = forms.CharField(max_length=4000, widget=text_area(5))
    difficulty = DifficultyField()


class IdeaStateForm(forms.Form):
    state = forms.ChoiceField(choices=Idea.State.choices)
    reason = forms.CharField(max_length=300)


class DuplicateIdeaForm(forms.Form):
    of = forms.IntegerField(
        required=False, min_value=1, label="Number of the other idea", help_text="Empty: it is no duplicate after all."
    )
    reason = forms.CharField(max_length=300)

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.idea = idea

    def clean_of(self) -> Idea | None:
        number = self.cleaned_data["of"]
        if number is None:
            return None
        other = Idea.objects.filter(pk=number).first()
        if other is None:
            raise ValidationError(f"There is no idea {number}. Its number stands in its address, /ideas/N/.")
        if other == self.idea or other.duplicate_of_id == self.idea.pk:
            raise ValidationError("An idea is no duplicate of itself, nor two of each other.")
        return other
