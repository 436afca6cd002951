from problems.models.activity import Activity, SavedFilter, Subscription
from problems.models.claims import Claim, ClaimEvent, Freshness
from problems.models.community import HelpWanted, Idea
from problems.models.discussion import Backlog, Comment
from problems.models.entries import ListEntry
from problems.models.exports import Export
from problems.models.limits import Allowance
from problems.models.merges import Merge
from problems.models.moderation import Approval, CuratorAct
from problems.models.people import Digest, Standing, User
from problems.models.problems import LETTERS, Alias, Category, Problem
from problems.models.proposals import Proposal
from problems.models.search_words import SearchWord
from problems.models.sources import Prediction, Reference, Resource
from problems.models.standing import Part, Resolution, StatusChange

__all__ = [
    "LETTERS",
    "Activity",
    "Alias",
    "Allowance",
    "Approval",
    "Backlog",
    "Category",
    "Claim",
    "ClaimEvent",
    "Comment",
    "CuratorAct",
    "Digest",
    "Export",
    "Freshness",
    "HelpWanted",
    "Idea",
    "ListEntry",
    "Merge",
    "Part",
    "Prediction",
    "Problem",
    "Proposal",
    "Reference",
    "Resolution",
    "Resource",
    "SavedFilter",
    "SearchWord",
    "Standing",
    "StatusChange",
    "Subscription",
    "User",
]
