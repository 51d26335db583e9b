"""Which permissions a request needs."""

from __future__ import annotations

from infra.local.iam.errors import Unreadable
from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest
from infra.local.services.service import Services


def permissions_of(request: ApiRequest, services: Services) -> tuple[Asked, ...] | None:
    """Everything that must be allowed; None where the local cloud does not know what an operation needs.

    Raises Unreadable where the request names nothing, and so nothing could be asked.
    """
    service = services.signed(request.service)
    try:
        permissions = None if service is None or service.permissions is None else service.permissions(request)
    except (KeyError, TypeError, AttributeError):
        # A parameter that has to be there is not; nothing can be said of such a request.
        return None
    if service is None or permissions is None:
        return None
    needed = tuple(permissions)
    if not needed and request.operation not in service.needs_nothing:
        raise Unreadable("ValidationException", f"{request.operation} names nothing that it is to be done to.")
    return needed
