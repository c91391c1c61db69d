"""What App Store Connect says when it refuses, in Apple's shape and words (stores.md 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ID = "00000000-0000-4000-8000-000000000000"


class AppleError(Exception):
    """One error; `pointer` names a place in the body, `parameter` one of the query."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        pointer: str | None = None,
        parameter: str | None = None,
        associated: Mapping[str, tuple[AppleError, ...]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.source = {"pointer": pointer} if pointer else {"parameter": parameter} if parameter else None
        self.associated = associated or {}

    def document(self) -> dict[str, Any]:
        """The answer's body."""
        return {"errors": [self._entry()]}

    def _entry(self) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "id": _ID,
            "status": str(self.status),
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
        }
        if self.source is not None:
            entry["source"] = self.source
        if self.associated:
            errors = {path: [error._entry() for error in found] for path, found in self.associated.items()}
            entry["meta"] = {"associatedErrors": errors}
        return entry


def not_found(kind: str, resource_id: str) -> AppleError:
    """404 in Apple's words."""
    detail = f"There is no resource of type '{kind}' with id '{resource_id}'"
    return AppleError(404, "NOT_FOUND", "The specified resource does not exist", detail)


def too_young(kind: str, resource_id: str) -> AppleError:
    """404 for what was created a moment ago (A13)."""
    detail = f"Resource {kind} with id {resource_id} cannot be found"
    return AppleError(404, "NOT_FOUND", "The specified resource does not exist", detail)


def state_error(detail: str, pointer: str | None = None) -> AppleError:
    """409: not from here."""
    return AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail, pointer)


def invalid(detail: str, pointer: str | None = None) -> AppleError:
    """409: a value that cannot be taken."""
    return AppleError(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The attribute is invalid", detail, pointer)


def wrong_type(attribute: str, value: object) -> AppleError:
    """409: a value that is none of the attribute's."""
    title = "An attribute in the provided entity has the wrong type"
    detail = f"'{value}' is not a valid value for the attribute '{attribute}'."
    return AppleError(409, "ENTITY_ERROR.ATTRIBUTE.TYPE", title, detail, f"/data/attributes/{attribute}")


def not_editable(attribute: str) -> AppleError:
    """409: an attribute that cannot be changed in the version's present state."""
    pointer = f"/data/attributes/{attribute}"
    detail = (
        "An attribute value is not acceptable for the current resource state. - "
        f"The attribute '{attribute}' can not be modified. - {pointer}"
    )
    return AppleError(409, "ENTITY_ERROR.ATTRIBUTE.INVALID.INVALID_STATE", "The attribute is invalid", detail, pointer)


def not_swapped() -> AppleError:
    """409: the build of a version that was submitted (A22)."""
    pointer = "/data/relationships/build"
    detail = (
        "A relationship value is not acceptable for the current resource state. - "
        f"The specified pre-release build could not be added. - {pointer}"
    )
    title = "The relationship is invalid"
    return AppleError(409, "ENTITY_ERROR.RELATIONSHIP.INVALID.INVALID_STATE", title, detail, pointer)


def forbidden(detail: str) -> AppleError:
    """403 where Apple's document knows no 409."""
    return AppleError(403, "FORBIDDEN_ERROR", "The given operation is not allowed", detail)


def agreements_missing() -> AppleError:
    """403 until the account holder has signed (A21)."""
    return AppleError(
        403,
        "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED",
        "A required agreement is missing or has expired.",
        "This request requires an in-effect agreement that has not been signed or has expired.",
    )


def unauthorized() -> AppleError:
    """401 for every token that is not good (A19)."""
    detail = "Provide a properly configured and signed bearer token, and make sure that it has not expired."
    return AppleError(401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid.", detail)


def unanswered(attributes: tuple[str, ...], kind: str, resource_id: str) -> AppleError:
    """409: a submission of a version whose new questions nobody has answered (A21)."""
    title = "The provided entity is missing a required attribute"
    missing = tuple(
        AppleError(
            409,
            "ENTITY_ERROR.ATTRIBUTE.REQUIRED",
            title,
            f"You must provide a value for the attribute '{name}' with this request",
            f"/data/attributes/{name}",
        )
        for name in attributes
    )
    return AppleError(
        409,
        "STATE_ERROR.ENTITY_STATE_INVALID",
        f"{kind} with id '{resource_id}' is not in valid state.",
        "This resource cannot be reviewed, please check associated errors to see why.",
        associated={"/v1/ageRatingDeclarations/": missing},
    )
