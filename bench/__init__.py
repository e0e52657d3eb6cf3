"""Measurements against peers, in one run on one machine: ratios, never bare numbers. `python -m bench`."""
