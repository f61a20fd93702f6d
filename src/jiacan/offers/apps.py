"""Names the slice to Django."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """The slice's tables and migrations live under the label `offers`."""

    name = "jiacan.offers"
    label = "offers"
