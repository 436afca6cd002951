"""What a person may use, and what is left of it."""

from drf_spectacular.utils import extend_schema
from pydantic import BaseModel
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView, answer, member
from experiments.services.quotas import Share, shares_of


class QuotaShare(BaseModel):
    """Seconds and bytes where the name says so, shards otherwise."""

    name: str
    used: float
    planned: float  # by runs that have not ended
    limit: int
    left: float
    wanted: float  # by the recipe that is checked
    is_exceeded: bool  # a submission would be refused


class Quotas(BaseModel):
    quotas: list[QuotaShare]


class QuotasView(ApiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=Quotas, operation_id="quotas_read")
    def get(self, request: Request) -> Response:
        """Your quotas: used, planned, allowed, left."""
        return answer(Quotas(quotas=[share_shape(share) for share in shares_of(member(request))]))


def share_shape(share: Share) -> QuotaShare:
    same = ("name", "used", "planned", "limit", "left", "wanted", "is_exceeded")
    return QuotaShare(**{name: getattr(share, name) for name in same})
