"""Private instances of real servers for the tests: PostgreSQL, Dovecot, Postfix, smtp-sink, a name server.

Promise: every server here listens on a free loopback port only, keeps its files in a folder of its own, is
ready when its context manager yields, and is gone, with every child, when that ends. Nothing of the machine's
own services is read, started or stopped. The fixtures over them are in `tests/conftest.py`.
"""
