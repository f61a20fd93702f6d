"""Importing this module readies Django's models; it must come before any import of a slice's facade."""

import gc
import os

import django

# Reading modules makes very many objects, and nearly all of them stay: to look through them after every 700 new ones,
# as Python does, is time lost.
gc.set_threshold(50_000)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiacan.project.settings")
django.setup()
