"""`findings list`: the catalogue."""

import click

from bridge.catalogue import TABLE, Row
from bridge.cli.context import as_json
from bridge.cli.output import rows

_CLASSES = ("agency", "business", "individual")


@click.group()
def findings() -> None:
    """The catalogue of findings."""


@findings.command(name="list")
@as_json
@click.option("--markdown", is_flag=True, help="As the page of the documentation.")
def list_(json_: bool, markdown: bool) -> None:
    """Every code with its severity, sentence and advice, most severe first."""
    if markdown:
        click.echo(page(), nl=False)
        return
    rows(map(_row, TABLE), ("code", "severity", "says"), as_json=json_, limit=None if json_ else len(TABLE))


def _row(row: Row) -> dict[str, object]:
    by_class = {name: severity.word for name, severity in (row.by_class or {}).items()}
    return {
        "code": row.code,
        "severity": row.severity.word,
        "by_class": by_class,
        "says": row.says,
        "mend": row.mend,
        "status": row.status,
    }


def page() -> str:
    """`docs/findings.md`."""
    lines = [
        "# Findings",
        "",
        "Written from `bridge/catalogue.py` by `docbridge findings list --markdown`; a test holds the two together.",
        "Policy may raise or lower a severity for a class of senders (`[policy] severity`).",
        "",
        "| code | severity | what it says | what the sender can do |",
        "| --- | --- | --- | --- |",
    ]
    for row in TABLE:
        severity = row.severity.word
        if row.by_class:
            severity = ", ".join(f"{name} {row.by_class[name].word}" for name in _CLASSES)
        lines.append(f"| `{row.code}` | {severity} | {row.says} | {row.mend or '-'} |")
    return "\n".join(lines) + "\n"
