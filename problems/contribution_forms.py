"""Forms of what members add to a problem: comments, existing work, calls for help."""

from functools import cache
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.template.loader import render_to_string

from problems.models import HelpWanted, Problem, Reference


class CommentForm(forms.Form):
    body = forms.CharField(
        max_length=20_000,
        label="Your comment",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Markdown; $...$ is maths, @handle is a person, run 42 shows the run.",
        error_messages={"required": "Write something first.", "max_length": "A comment has at most 20,000 characters."},
    )
    answers = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class RemovalForm(forms.Form):
    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Its author reads it, and it stays in the audit trail.",
        error_messages={"required": "Say why: somebody else wrote it."},
    )


class ReferenceForm(forms.Form):
    title = forms.CharField(max_length=300, error_messages={"required": "Give the title of the work."})
    url = forms.CharField(
        max_length=500,
        label="Address",
        validators=[URLValidator(["http", "https"], message="An address begins with https:// or http://.")],
        error_messages={"required": "Give the address where one can read it."},
        help_text="https:// or http://",
    )
    kind = forms.ChoiceField(choices=Reference.Kind.choices)
    sign = forms.ChoiceField(choices=Reference.Sign.choices, initial=Reference.Sign.UNKNOWN, label="What it found")
    note = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What it says about this problem, in a sentence. May stay empty.",
    )

    def __init__(self, *args: Any, problem: Problem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "reference_%s"
        self.problem = problem

    def clean_title(self) -> str:
        title = " ".join(self.cleaned_data["title"].split())
        if self.problem.references.filter(title=title).exists():
            raise forms.ValidationError("A work of this title is already listed for this problem, or was not approved.")
        return title


class HelpForm(forms.Form):
    kind = forms.ChoiceField(choices=HelpWanted.Kind.choices, label="You look for")
    text = forms.CharField(
        max_length=600,
        label="What help",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A sentence or two: what you have and what you need. People answer here: give no e-mail address.",
        error_messages={"required": "Say in a sentence what help you need."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "help_%s"


@cache
def empty_reference_fields() -> str:
    """As HTML, the same for everybody: the token of a form is not among its fields."""
    return render_to_string("_fields.html", {"form": ReferenceForm(problem=Problem())})


@cache
def empty_help_fields() -> str:
    return render_to_string("_fields.html", {"form": HelpForm()})
