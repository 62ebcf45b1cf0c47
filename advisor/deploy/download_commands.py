"""Commands that get weights and programs: https://huggingface.co/docs/huggingface_hub/guides/cli. The TUI's
own download, which goes on with a part, is `advisor.tui.here.download`."""

from __future__ import annotations

from advisor.deploy.chosen import Chosen
from advisor.documents.deployment import Command
from advisor.engines.launch import safe_name, words

_COPIES = ("original/*", "metal/*", "*.pth", "consolidated*")
"""The same weights once more, in formats for other programs."""


def download(chosen: Chosen) -> tuple[tuple[Command, ...], str]:
    """Commands that fetch the full-precision checkpoint, and the folder it is in then."""
    model = chosen.model
    if model.file_path or not model.hf_id:
        return (), chosen.source
    folder = safe_name(model)
    argv = words("hf", "download", model.hf_id, "--local-dir", folder)
    argv += words(*(word for pattern in _COPIES for word in ("--exclude", pattern)))
    return (Command(argv=argv, makes=folder),), folder


def download_published(chosen: Chosen) -> tuple[Command, ...]:
    """Commands that fetch files somebody has made; none where the engine fetches them itself."""
    published = chosen.published
    if published is None or chosen.weights[1]:
        return ()
    folder = "." if chosen.scheme.is_gguf else chosen.file
    argv = words("hf", "download", published.repository, *published.files, "--local-dir", folder)
    argv += words("--revision", published.revision) if published.revision else ()
    return (Command(argv=argv, makes=chosen.file),)


def get_repository(url: str) -> Command:
    """The newest state of a program kept in a Git repository."""
    return Command(argv=words("git", "clone", "--depth", 1, url), makes=url.rpartition("/")[2])
