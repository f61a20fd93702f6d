"""Jiacan turns a campaign plan into a running campaign for an online shop."""

__version__ = "0.4.0"
