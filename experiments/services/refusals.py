"""Why a service says no. The API turns each into its HTTP status; the code is for programs, the detail for people."""


class Refused(Exception):
    """Nothing was changed."""

    http_status = 409

    def __init__(self, code: str, detail: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.fields = fields or {}


class Conflict(Refused):
    """The state of things does not allow it now."""


class NotFound(Refused):
    http_status = 404


class Forbidden(Refused):
    http_status = 403


class Unprocessable(Refused):
    """Understood, and wrong."""

    http_status = 422


class TooLarge(Refused):
    http_status = 413


class StorageFailed(Refused):
    """The artifact storage did not take or give the bytes."""

    http_status = 507
