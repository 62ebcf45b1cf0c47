"""Which weights lie on this machine: in the folders that engines and the Hub's tools keep."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from advisor.documents.files import expanded
from advisor.engines import offered

HUB = ("$HF_HUB_CACHE", "$HF_HOME/hub", "~/.cache/huggingface/hub")
"""https://huggingface.co/docs/huggingface_hub/guides/manage-cache"""
MOST = 2000
"""Files looked at a folder: a screen must not wait for a disk of millions."""


def weights(folder: Path) -> tuple[str, ...]:
    """What lies in *folder*, the engines' own folders and the Hub's cache: name and place, each once."""
    found = [(path.name, str(folder)) for path in _gguf(folder, "*.gguf")]
    for engine in offered():
        for place in existing(engine.weights_folders):
            found += [(name, engine.name) for name in islice(engine.kept_weights(place), MOST)]
    for place in existing(HUB):
        found += [(path.name, "Hub cache") for path in _gguf(place, "models--*/snapshots/*/*.gguf")]
    return tuple(f"{name} ({place})" for name, place in dict.fromkeys(found))


def existing(places: tuple[str, ...]) -> list[Path]:
    """The folder that is in force: the first whose variable is set, else the ones at home that exist."""
    variables = [os.path.expandvars(place) for place in places if place.startswith("$")]
    stated = [Path(text) for text in variables if "$" not in text]
    homes = [expanded(place) for place in places if place.startswith("~")]
    return [place for place in stated[:1] or homes if place.is_dir()]


def _gguf(folder: Path, pattern: str) -> Iterator[Path]:
    try:
        yield from sorted(islice(folder.glob(pattern), MOST))
    except OSError:
        return
