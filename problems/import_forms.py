from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from problems.idea_forms import text_area
from problems.models import HelpWanted, Problem
from problems.moderation_forms import reason_field
from problems.services.lists import E_MAIL
from problems.services.old_row_import import OldClaim, is_date
from problems.services.old_rows import OldRow

MOST_BYTES = 2 * 1024 * 1024


class ListForm(forms.Form):
    """A file or a pasted text; the text travels with the confirmation, so that just what was shown is imported."""

    file = forms.FileField(required=False, label="CSV or JSON file")
    text = forms.CharField(required=False, max_length=MOST_BYTES, strip=False, widget=text_area(10), label="or pasted")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file, text = values.get("file"), values.get("text") or ""
        if file and text.strip():
            raise ValidationError("Give a file or a text, not both.")
        if file:
            values["text"] = self._read(file)
        elif not text.strip():
            raise ValidationError("Choose a file or paste the list.")
        return values

    def _read(self, file: Any) -> str:
        if file.size > MOST_BYTES:
            raise ValidationError(f"The file has {file.size:,} bytes; at most {MOST_BYTES:,} are taken at once.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise ValidationError(f"The file is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error


class ConfirmForm(forms.Form):
    text = forms.CharField(max_length=MOST_BYTES, strip=False, widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = reason_field(label="Where the list comes from, and why")


class PastedRowForm(forms.Form):
    row = forms.CharField(
        max_length=10_000,
        strip=False,
        widget=text_area(8),
        label="The row, as copied",
        help_text="Cells with tabs between them, or one cell a line: subcategory, number, problem, existing work, "
        "who is on it, help wanted.",
    )


class WholeProblemField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Problem) -> str:
        return f"{obj.number} {obj.statement}"


class OldRowForm(forms.Form):
    """What was read of a row, to be corrected. Problems and dates that can be two things have to be chosen."""

    problem = WholeProblemField(Problem.objects.none(), widget=forms.RadioSelect, empty_label=None)
    claim_name = forms.CharField(max_length=120, required=False, label="Who was on it")
    claim_date = forms.CharField(
        max_length=10, required=False, label="Since", help_text="YYYY-MM-DD, or shorter where it is not known."
    )
    claim_remark = forms.CharField(max_length=2000, required=False, widget=text_area(2), label="What they wrote")
    work_title = forms.CharField(max_length=300, required=False, label="Existing work")
    work_url = forms.URLField(required=False, assume_scheme="https", label="Its address")
    help_kind = forms.ChoiceField(choices=HelpWanted.Kind.choices, required=False, label="Help wanted")
    help_text = forms.CharField(max_length=2000, required=False, widget=text_area(2), label="What help")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = (self.data.get("numbers") or kwargs.get("initial", {}).get("numbers", "")).split()
        self.fields["problem"].queryset = Problem.objects.filter(number__in=numbers)  # type: ignore[attr-defined]
        self.numbers = " ".join(numbers)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name, value in list(values.items()):  # an error takes its field out
            if isinstance(value, str) and E_MAIL.search(value):
                self.add_error(name, "Take the e-mail address out: none is ever shown here.")
        name, date = values.pop("claim_name", ""), values.pop("claim_date", "")
        remark = values.pop("claim_remark", "")
        if name and not is_date(date):
            self.add_error("claim_date", "Give a day, month or year that has passed: 2023-04-14, 2023-04 or 2023.")
        if date and not name:
            self.add_error("claim_name", "Name who was on it, or leave the date empty.")
        values["claim"] = OldClaim(name, date, remark) if name else None
        return values


def initial_old_row(row: OldRow) -> dict[str, Any]:
    """An uncertain date is filled in as its year, with both readings kept in the remark."""
    initial: dict[str, Any] = {"numbers": " ".join(row.numbers), "work_title": row.existing_work[:300]}
    if row.claim:
        date = row.claim.date
        readings = date.readings if date else ()
        uncertain = ""
        if date and len(readings) > 1:
            uncertain = f"The date was written {date.written}: {' or '.join(readings)}."
        initial |= {
            "claim_name": row.claim.name,
            "claim_date": readings[0] if len(readings) == 1 else readings[0][:4] if readings else "",
            "claim_remark": ". ".join(filter(None, [row.claim.remark, uncertain])),
        }
    if row.help_wanted:
        is_mentor = "mentor" in row.help_wanted.lower()
        kind = HelpWanted.Kind.MENTOR if is_mentor else HelpWanted.Kind.COLLABORATOR
        initial |= {"help_kind": kind, "help_text": row.help_wanted}
    return initial
