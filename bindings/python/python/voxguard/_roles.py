"""Who may do what: by roles, or by policies in Cedar."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, Iterable, Mapping, Optional, Tuple, Union

from . import _arguments, _native


@dataclass(frozen=True)
class RoleDecision:
    """Whether somebody may do something, and why."""

    allowed: bool
    reason: str
    role: Optional[str] = None  #: the role whose grant or denial decided
    pattern: Optional[str] = None  #: the resource pattern that decided
    policies: Tuple[str, ...] = ()  #: the policies that decided, where policies were asked in place of roles
    errors: Tuple[str, ...] = ()  #: the policies that could not be evaluated and were left out, each with the reason


class Roles:
    """Who may do what with which voice or model. What nobody granted is denied."""

    def __init__(self, document: Union[Mapping[str, Any], str, None] = None) -> None:
        self._native = _native.Roles(None if document is None else _arguments.json_text(document, "roles"))

    @classmethod
    def preset(cls) -> Roles:
        """``guest``, ``user`` and ``admin``."""
        return cls()

    def check(self, *, role: str, permission: str, resource: str) -> RoleDecision:
        """Whether ``role`` has ``permission`` over ``resource``, such as ``voice/heart``."""
        return decision(self._native.check(*role_parts(role, permission, resource)))


class Cedar:
    """Policies in Cedar (https://docs.cedarpolicy.com), for those who outgrow roles. What none permits is denied.

    The principal is ``User::"SUBJECT"`` in ``Role::"ROLE"``, with ``principal.scopes``; without a subject
    ``Anonymous::""``. The action is ``Action::"PERMISSION"``; the resource ``voice/heart`` is ``Voice::"heart"``.

    `VoxguardValueError` of ``VG_ERR_FEATURE`` where this library was built without Cedar, as the published one is.
    """

    def __init__(
        self,
        policies: str,
        *,
        schema: Optional[str] = None,
        entities: Optional[Iterable[Mapping[str, Any]]] = None,
    ) -> None:
        rules: Dict[str, Any] = {"policies": _arguments.text(policies, "policies")}
        if schema is not None:
            rules["schema"] = _arguments.text(schema, "schema")
        if entities is not None:
            rules["entities"] = list(entities)
        self._native = _native.Cedar(_arguments.json_text(rules, "entities"))

    def check(
        self,
        *,
        permission: str,
        resource: str,
        subject: Optional[str] = None,
        role: Optional[str] = None,
        scopes: Iterable[str] = (),
        context: Optional[Mapping[str, Any]] = None,
    ) -> RoleDecision:
        """Whether policies permit it, and which. ``context`` is what they may ask about beyond: network, purpose."""
        return decision(self._native.check(asked(permission, resource, subject, role, scopes, context)))


def asked(
    permission: str,
    resource: str,
    subject: Optional[str],
    role: Optional[str],
    scopes: Iterable[str],
    context: Optional[Mapping[str, Any]],
) -> str:
    """A question as JSON."""
    question: Dict[str, Any] = {
        "permission": _arguments.text(permission, "permission"),
        "resource": _arguments.text(resource, "resource"),
        "scopes": _arguments.scopes(scopes),
        "context": {} if context is None else dict(context),
    }
    for name, value in (("subject", subject), ("role", role)):
        if value is not None:
            question[name] = _arguments.text(value, name)
    return _arguments.json_text(question, "context")


def role_parts(role: str, permission: str, resource: str) -> Tuple[str, str, str]:
    """What is asked of roles, looked at."""
    return (
        _arguments.text(role, "role"),
        _arguments.text(permission, "permission"),
        _arguments.text(resource, "resource"),
    )


def decision(source: str) -> RoleDecision:
    """A decision from the native module's JSON."""
    parts = json.loads(source)
    return RoleDecision(**{**parts, "policies": tuple(parts["policies"]), "errors": tuple(parts["errors"])})
