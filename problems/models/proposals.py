from django.db import models

from problems.addresses import address
from problems.models.moderation import Moderated, ModeratedQuerySet
from problems.models.problems import LETTERS, Category, Problem


class ProposalQuerySet(ModeratedQuerySet["Proposal"]):
    """Proposed problems, filtered by their approval."""


class Proposal(Moderated):
    """A problem that somebody proposes. Approved, it becomes a row of Problem and only then has a number, so that no
    number is spent on what is rejected, and no list or count of problems ever has to leave proposals out."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="proposals")
    subcategory = models.CharField(max_length=120, blank=True)
    statement = models.TextField()
    difficulty_low = models.CharField(max_length=1, blank=True, choices=[(letter, letter) for letter in LETTERS])
    difficulty_high = models.CharField(max_length=1, blank=True, choices=[(letter, letter) for letter in LETTERS])
    source = models.CharField(max_length=300, blank=True, help_text="where the problem comes from, if not from you")
    problem = models.OneToOneField(
        Problem, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="proposal"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta(Moderated.Meta):
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.statement[:80]

    def get_absolute_url(self) -> str:
        return address("proposal", self.pk)

    @property
    def difficulty(self) -> str:
        """As that of a problem: "B", "B-C", or empty when it is not known."""
        return "-".join(dict.fromkeys(filter(None, [self.difficulty_low, self.difficulty_high])))
