"""The status of a problem: always computed from what is there, never typed."""

from django.db import models


class Status(models.TextChoices):
    OPEN = "open", "Open"
    BEING_WORKED_ON = "being-worked-on", "Being worked on"
    RESULT_REPORTED = "result-reported", "Result reported"
    REPRODUCED = "reproduced", "Reproduced"
    CONTESTED = "contested", "Contested"
    RESOLVED = "resolved", "Resolved"


MEANING = {
    Status.OPEN: "Nobody has a fresh claim on it and no result is reported here.",
    Status.BEING_WORKED_ON: "Somebody claimed it and was active lately. A claim locks nothing: you may work on it too.",
    Status.RESULT_REPORTED: "A finding with a finished run is reported here. Nobody else has reproduced it yet.",
    Status.REPRODUCED: "A reported finding was run again by another person and held.",
    Status.CONTESTED: "There is an unresolved disagreement about a reported finding.",
    Status.RESOLVED: "A curator signed that it is answered and named the run that shows it.",
}
