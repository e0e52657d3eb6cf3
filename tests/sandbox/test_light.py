"""What `check` loads: a child that judges one file must not wait for libraries that it has no use for."""

import subprocess
import sys

import pytest

_HEAVY = ("sqlalchemy", "pydantic", "dkim", "dns", "aiohttp", "pyhanko.sign", "click", "rich", "structlog")


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        pytest.param(("bridge.checking", "validation.pdf_signatures", "validation.smime"), _HEAVY, id="the child"),
        pytest.param(
            ("bridge.cli.check", "bridge.sandbox.pool", "bridge.examiner", "bridge.truststore"),
            _HEAVY[:6] + _HEAVY[7:],
            id="the caller",
        ),
    ],
)
def test_nothing_heavy_is_loaded(modules: tuple[str, ...], heavy: tuple[str, ...]) -> None:
    script = f"import sys, {', '.join(modules)}; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
