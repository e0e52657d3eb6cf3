"""Lays the environment over the data of the settings file: DOCBRIDGE_SECTION__KEY, arrays by name.

DOCBRIDGE_AXIS__TINH__DIRECTORY sets `directory` of the [[axis]] whose name is "tinh" (letter case and punctuation
aside), and makes that element when there is none.  A variable that names nothing known is an error, not a shrug.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

PREFIX = "DOCBRIDGE_"
NOT_SETTINGS = frozenset({"DOCBRIDGE_CONFIG", "DOCBRIDGE_OPERATOR"})
ARRAYS = {("axis",): "name", ("imap_poll", "account"): "name", ("vxp_server", "system"): "id"}


class BadVariable(Exception):  # noqa: N818  names the variable as bad
    """An environment variable that cannot be laid over the settings."""

    def __init__(self, variable: str, why: str) -> None:
        super().__init__(f"{variable}: {why}")


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower())


def _typed(text: str) -> Any:  # noqa: ANN401  a list or a text, as in the file
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def overlaid(
    data: Mapping[str, Any], environment: Mapping[str, str]
) -> tuple[dict[str, Any], dict[tuple[str, ...], str]]:
    """The data with the environment laid over it, and which variable set which path (for error messages).

    Raises:
        BadVariable: a variable with the prefix that has no section and key.
    """
    result = json.loads(json.dumps(data, default=str))
    origin: dict[tuple[str, ...], str] = {}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        parts = [part.lower() for part in variable[len(PREFIX) :].split("__")]
        if len(parts) < 2 or not all(parts):
            raise BadVariable(variable, "names no setting; write DOCBRIDGE_SECTION__KEY")
        path = _place(result, parts)
        origin[path] = variable
        target: Any = result
        for step in path[:-1]:
            target = target[int(step)] if isinstance(target, list) else target.setdefault(step, {})
        if not isinstance(target, dict):
            raise BadVariable(variable, "names a value below something that is no table")
        target[path[-1]] = _typed(environment[variable])
    return result, origin


def _place(data: dict[str, Any], parts: list[str]) -> tuple[str, ...]:
    for array, name_key in ARRAYS.items():
        depth = len(array)
        if tuple(parts[:depth]) == array and len(parts) > depth + 1:
            holder: Any = data
            for step in array[:-1]:
                holder = holder.setdefault(step, {})
            elements = holder.setdefault(array[-1], [])
            wanted = parts[depth]
            named = [_folded(str(element.get(name_key, ""))) for element in elements]
            if wanted not in named:
                named.append(wanted)
                elements.append({name_key: wanted})
            position = named.index(wanted)
            return (*array, str(position), *parts[depth + 1 :])
    return tuple(parts)
