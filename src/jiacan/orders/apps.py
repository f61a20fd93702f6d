"""Names the slice to Django."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The slice's tables and migrations live under the label `orders`."""

    name = "jiacan.orders"
    label = "orders"
