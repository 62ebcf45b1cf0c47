"""Tests see neither the user's own measurements nor facts cached of this machine."""

import importlib.util
import os
import tempfile
from pathlib import Path

import pytest

_FOLDER = tempfile.TemporaryDirectory(prefix="advisor-tests-")


def pytest_configure(config):
    """Own folders for everything the advisor keeps; subprocesses inherit them."""
    os.environ["ADVISOR_DATA_DIR"] = str(Path(_FOLDER.name) / "data")
    os.environ["ADVISOR_CACHE_DIR"] = str(Path(_FOLDER.name) / "cache")


def pytest_report_header(config):
    """The versions and the machine that matter to what is measured here."""
    import sklearn

    from advisor.probe import probe

    return f"scikit-learn {sklearn.__version__}, {probe().name}"


@pytest.fixture(scope="session")
def gguf_files():
    """The module that writes small GGUF files."""
    pytest.importorskip("gguf", reason="the gguf package writes the tests' files")
    path = Path(__file__).parent / "catalog" / "gguf" / "gguf_files.py"
    spec = importlib.util.spec_from_file_location("gguf_files", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cluster():
    """One local Ray cluster of two workers, whatever the machine has; `--ray local` takes it as well."""
    from advisor.cluster import connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_cores", lambda: 2)
        with connection.connected("local") as found:
            yield found
