"""How to cite a problem, as it is or as it was in one revision."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from problems.models import Problem
from problems.selectors.revisions import Revision

LONGEST_TITLE = 240
BIBTEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}


@dataclass(frozen=True)
class Citation:
    text: str
    bibtex: str


def cite_problem(problem: Problem, revision: Revision) -> Citation:
    """Always pinned: the address is that of the revision, which stays as it is."""
    path = reverse("revision", args=[problem.number, revision.number])
    url = settings.BASE_URL + path
    title = shortened(revision.was.statement)
    made = revision.made_at.date()
    text = (
        f"“{title}” Problem {problem.number}, revision {revision.number} of {made.isoformat()}. "
        f"Circuitboard: open problems in mechanistic interpretability. {url}"
    )
    bibtex = "\n".join(
        [
            f"@misc{{circuitboard-{problem.number}-r{revision.number},",
            "  author       = {{Circuitboard contributors}},",
            f"  title        = {{{{{for_bibtex(title)}}}}},",
            "  howpublished = {Circuitboard: open problems in mechanistic interpretability},",
            f"  year         = {{{made.year}}},",
            f"  note         = {{Problem {problem.number}, revision {revision.number} of {made.isoformat()}}},",
            f"  url          = {{{url}}}",
            "}",
        ]
    )
    return Citation(text, bibtex)


def shortened(statement: str) -> str:
    line = " ".join(statement.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[:LONGEST_TITLE].rsplit(' ', 1)[0]} …"


def for_bibtex(text: str) -> str:
    return re.sub("|".join(map(re.escape, BIBTEX_SPECIAL)), lambda found: BIBTEX_SPECIAL[found.group()], text)
