"""Which rows are the directory's, and which lie with their shop."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from jiacan.kernel.places import directory

_APPS = frozenset(
    {"auth", "contenttypes", "sessions", "account", "mfa", "usersessions", "django_cache", "project", "tenancy"}
)
_WITH_THEIR_SHOP = frozenset({"tenancy.auditentry"})
_WITH_TOKENS = frozenset({"api.ratebucket"})


def is_of_directory(model: type[Model] | Model) -> bool:
    """Whether its rows, or this one, are in the directory whatever the shop."""
    app = model._meta.app_label
    named = f"{app}.{model._meta.model_name}"  # Django's cache in tables asks with no more of a model than these two
    return named in _WITH_TOKENS or (app in _APPS and named not in _WITH_THEIR_SHOP)


class OfTheDirectory:
    """Django's router: what is the directory's is read and written there; all else where the work is."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Where to read."""
        return directory() if is_of_directory(model) else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Where to write."""
        return directory() if is_of_directory(model) else None

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        """Two rows of the directory belong together, by whichever name of it they were read."""
        return True if is_of_directory(one) and is_of_directory(other) else None
