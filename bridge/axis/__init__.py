"""The other side's exchange system, behind one protocol."""
