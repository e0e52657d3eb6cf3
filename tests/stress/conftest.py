"""Bridges of the stress tests are built as those of the journeys."""

from tests.journeys.conftest import build, names, pki

__all__ = ["build", "names", "pki"]
