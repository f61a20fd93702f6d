"""Importing this module readies Django's models; it must come before any import of a slice's facade."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiacan.project.settings")
django.setup()
