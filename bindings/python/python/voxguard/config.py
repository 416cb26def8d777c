"""Configuration: what is in force, and why."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, Union

from . import _native
from ._access import config_json

__all__ = ["explain", "schema"]


def explain(config: Union[Mapping[str, Any], str, None] = None, *, profile: Optional[str] = None) -> Dict[str, Any]:
    """All settings of a configuration (a dict, JSON text) or of a profile: their values under ``config``, and
    under ``settings`` who set each (``default``, ``profile`` or ``document``) and what it is for.
    """
    if config is not None and profile is not None:
        raise TypeError("explain takes a configuration or a profile, not both")
    source = profile if config is None else config_json(config)
    return dict(json.loads(_native.explain(source)))


def schema() -> Dict[str, Any]:
    """The JSON Schema (2020-12) of configurations."""
    return dict(json.loads(_native.config_schema()))
