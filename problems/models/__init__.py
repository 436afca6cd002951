from problems.models.claims import Claim, ClaimEvent, Freshness
from problems.models.community import HelpWanted, Idea
from problems.models.people import User
from problems.models.problems import LETTERS, Alias, Category, Problem
from problems.models.sources import Prediction, Reference, Resource

__all__ = [
    "LETTERS",
    "Alias",
    "Category",
    "Claim",
    "ClaimEvent",
    "Freshness",
    "HelpWanted",
    "Idea",
    "Prediction",
    "Problem",
    "Reference",
    "Resource",
    "User",
]
