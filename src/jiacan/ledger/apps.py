"""Names the slice to Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The slice's tables and migrations live under the label `ledger`."""

    name = "jiacan.ledger"
    label = "ledger"
