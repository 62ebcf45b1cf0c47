"""The text of an inventory as it was meant: without what terminals and wrappers added, and as a document."""

from __future__ import annotations

import json
import re
from typing import Any

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_WARNINGS = re.compile(r"\A(?:\s*(?:\[?warning\]?|sudo)\b[^\n]*\n)+", re.IGNORECASE)
"""Lines that tools print before their document (lshw without root, Ansible of an old Python)."""
_YAML = re.compile(r"^(?:apiVersion|kind|resources|num_nodes|ansible_facts)\s*:", re.MULTILINE)
"""Keys at the left edge of what kubectl, SkyPilot and Ansible write as YAML."""


def plain_text(text: str) -> str:
    """*text* without a byte order mark, colours and carriage returns."""
    return _COLOURS.sub("", text.lstrip("\ufeff")).replace("\r\n", "\n")


def parsed(text: str) -> Any:
    """The JSON or YAML that *text* is, or None. Raises ValueError for YAML that refers to itself."""
    bare = _WARNINGS.sub("", text)
    if bare.lstrip().startswith(("{", "[")):
        return _json(bare)
    return _yaml(text) if _YAML.search(text) else None


def _json(text: str) -> Any:
    """One value, or a list of several that stand one after another, as `jq -c` and old lshw print them."""
    decoder, found, at = json.JSONDecoder(), [], 0
    try:
        while match := re.compile(r"[\s,]*(?=[{\[])").match(text, at):
            value, at = decoder.raw_decode(text, match.end())
            found.append(value)
    except (ValueError, RecursionError):
        return None
    rest = text[at:].strip()
    if rest and not _WARNINGS.fullmatch(f"{rest}\n"):
        return None
    return found[0] if len(found) == 1 else found


def _yaml(text: str) -> Any:
    import yaml  # deferred: only YAML needs it

    try:
        # No tool refers to parts of its YAML here, and a few lines that do can mean gigabytes.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.CSafeLoader)):
            raise ValueError("the YAML refers to parts of itself; write them out")
        documents = [found for found in yaml.load_all(text, yaml.CSafeLoader) if found is not None]
    except (yaml.YAMLError, RecursionError):
        return None
    return documents[0] if len(documents) == 1 else documents
