"""Names the slice to Django."""

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """The slice's tables and migrations live under the label `members`."""

    name = "jiacan.members"
    label = "members"

    def import_models(self) -> None:
        """Find the models of every topic: each has a module of its own."""
        super().import_models()
        assert self.models_module is not None, "the slice has models"
        for topic in iter_modules(self.models_module.__path__, f"{self.models_module.__name__}."):
            import_module(topic.name)
