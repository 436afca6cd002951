"""Forms around the list: naming a saved filter, wishes for a problem."""

from django import forms


class SaveFilterForm(forms.Form):
    name = forms.CharField(max_length=80, error_messages={"required": "Give the list a name."})
    query = forms.CharField(max_length=1000, required=False)


class RenameForm(forms.Form):
    name = forms.CharField(max_length=80, error_messages={"required": "Give the list a name."})
