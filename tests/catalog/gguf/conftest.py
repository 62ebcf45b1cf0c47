"""A file that several tests read."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def q4_k_m(tmp_path_factory, gguf_files) -> Path:
    """A small Q4_K_M file."""
    return gguf_files.write_gguf(
        tmp_path_factory.mktemp("gguf") / "tiny.gguf", vocabulary=[f"t{i}" for i in range(512)]
    )
