"""A server's address, as Django wants to have it told."""

from __future__ import annotations

import copy
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import conninfo

DATABASE = "jiacan"


def settings_of(url: str) -> dict[str, Any]:
    """The settings of a connection to `url` (libpq's form or a URI), otherwise as the default one's."""
    parts = conninfo.conninfo_to_dict(url)
    return copy.deepcopy(connections.settings[DEFAULT_DB_ALIAS]) | {
        "NAME": parts.pop("dbname", DATABASE),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": dict(parts),
    }


def url_of(settings: dict[str, Any]) -> str:
    """The address that such settings hold."""
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {part: str(settings[name]) for part, name in named.items() if settings[name]}
    return conninfo.make_conninfo(**parts, **settings["OPTIONS"])
