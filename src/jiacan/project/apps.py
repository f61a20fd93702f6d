"""Names the slice to Django."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The whole: its commands and settings; it has no tables."""

    name = "jiacan.project"
    label = "project"
