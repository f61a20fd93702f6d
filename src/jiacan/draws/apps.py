"""Names the slice to Django."""

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    """The slice's tables and migrations live under the label `draws`."""

    name = "jiacan.draws"
    label = "draws"
