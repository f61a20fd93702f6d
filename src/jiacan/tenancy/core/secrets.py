"""Secrets are kept only as their hashes."""

from __future__ import annotations

import hashlib

PREFIX = "jia_"
"""What every secret begins with, so that scanners of leaked keys can tell ours."""

HINT_LENGTH = 4
"""How many of its last characters a token is told apart by."""


def secret_hash(secret: str) -> str:
    """What is kept of a secret. They are long and random, so a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(secret.encode()).hexdigest()
