"""Names the slice to Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The slice's tables and migrations live under the label `customers`."""

    name = "jiacan.customers"
    label = "customers"
