"""Importing this module readies Django's models; it must come before any import of a slice's facade."""

import gc
import os

import django

# Reading modules makes some million objects, and nearly all of them stay: to look through them after every 700 new
# ones, as Python does, is a quarter of what a command needs to begin.
gc.set_threshold(50_000)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiacan.project.settings")
django.setup()
