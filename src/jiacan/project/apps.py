"""Names the slice to Django."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The whole: its commands and settings, and the directory of servers."""

    name = "jiacan.project"
    label = "project"
