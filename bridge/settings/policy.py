"""The `[policy]` of a file that is not the settings file: to try a policy before it is put into force."""

import tomllib
from pathlib import Path

from bridge.policy import Policy
from bridge.settings import BadSettings
from bridge.settings.build import BadSetting, build
from bridge.settings.lines import line_of


def policy_of(file: Path) -> Policy:
    """What `[policy]` of that file says; other sections in it are passed over.

    Raises:
        BadSettings: it cannot be read, has no such section, or a wrong key or value in it.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise BadSettings(f"{file}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{file}: not TOML ({error})") from error
    if not isinstance(data.get("policy"), dict):
        raise BadSettings(f"{file}: has no section [policy]")
    try:
        return build(Policy, data["policy"], file.resolve().parent, ("policy",))
    except BadSetting as error:
        line = line_of(text, error.path)
        raise BadSettings(f"{file}{f':{line}' if line else ''}: [{'.'.join(error.path)}] {error.why}") from error
