"""The border around the foreign parsers of signatures: whatever they raise becomes one value, Unchecked.

pyHanko, asn1crypto and the certificate validator raise their own exceptions and, on hostile or merely odd
files, ValueError, KeyError, AttributeError, TypeError, AssertionError, RecursionError and OSError too. None
of these means that the signature is broken, and none means that there is no signature: it could not be
checked.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from pyhanko.pdf_utils.crypt import PdfKeyNotAvailableError
from pyhanko.pdf_utils.misc import PdfDecodeLimitError
from pyhanko_certvalidator.errors import (
    AlgorithmNotSupported,
    DSAParametersUnavailable,
    PSSParameterMismatch,
)

from validation.signature import Problem

# Their warnings quote keys, names and objects of the document; what is worth telling is in our own findings.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

P = ParamSpec("P")
T = TypeVar("T")

#: What an exception means, most particular first; any other means UNPARSABLE.
_MEANINGS: tuple[tuple[type[Exception], Problem], ...] = (
    (AlgorithmNotSupported, Problem.UNSUPPORTED),
    (DSAParametersUnavailable, Problem.UNSUPPORTED),
    (PSSParameterMismatch, Problem.UNSUPPORTED),
    (NotImplementedError, Problem.UNSUPPORTED),
    (PdfKeyNotAvailableError, Problem.ENCRYPTED),  # a password, or a recipient's key, that we do not have
    (PdfDecodeLimitError, Problem.TOO_COSTLY),
    (RecursionError, Problem.TOO_COSTLY),
)


class CannotCheckError(Exception):
    """A step of our own inside `attempt` cannot go on: why, in our words and without content of the document."""

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A step that the foreign parser could not finish."""

    problem: Problem
    detail: str  #: the exception's type and where it was raised; never its text, which may quote the document


def _meaning(error: Exception) -> Unchecked:
    if isinstance(error, CannotCheckError):
        return Unchecked(error.problem, error.detail)
    problem = next((said for kind, said in _MEANINGS if isinstance(error, kind)), Problem.UNPARSABLE)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_qualname}"
    return Unchecked(problem, f"{type(error).__name__}{place}")


def attempt(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unchecked:
    """`step(*args)`, or why it could not be done.  Running out of memory is the sandbox's to judge."""
    try:
        return step(*args, **kwargs)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the one border around the foreign parsers, see the module's promise
        return _meaning(error)


async def attempt_async(step: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T | Unchecked:
    """As `attempt`, for the parsers' coroutines."""
    try:
        return await step(*args, **kwargs)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the same border, for coroutines
        return _meaning(error)
