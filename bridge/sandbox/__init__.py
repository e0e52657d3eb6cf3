"""Hostile bytes are read only behind walls: a pool of child processes that can compute and answer, and nothing else."""
