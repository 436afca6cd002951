"""Forms around the list: naming a saved filter, wishes for a problem."""

from django import forms

from problems.models import LETTERS, Category


class SaveFilterForm(forms.Form):
    name = forms.CharField(max_length=80, error_messages={"required": "Give the list a name."})
    query = forms.CharField(max_length=1000, required=False)


class RenameForm(forms.Form):
    name = forms.CharField(max_length=80, error_messages={"required": "Give the list a name."})


class FindForm(forms.Form):
    """Wishes for a problem. Minutes are those of the computer, for the recipe one would begin with."""

    minutes = forms.IntegerField(
        min_value=1, max_value=7 * 24 * 60, required=False, label="Minutes your laptop may run", initial=30
    )
    difficulty = forms.MultipleChoiceField(
        choices=[(letter, letter) for letter in LETTERS], required=False, widget=forms.CheckboxSelectMultiple
    )
    category = forms.ModelChoiceField(Category.objects.only("number", "name"), required=False, empty_label="any")
    free = forms.BooleanField(required=False, initial=True, label="Nobody is on it")
    new = forms.BooleanField(required=False, label="No existing work")
