"""The exit codes of the contract."""

WELL = 0  #: done and all well
NO = 1  #: done, and the answer is "no"
USAGE = 2  #: wrong usage, settings or input file
UNAVAILABLE = 3  #: the world is not available
