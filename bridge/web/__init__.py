"""Health by HTTP."""
