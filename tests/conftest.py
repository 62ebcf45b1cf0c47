"""Tests see neither the user's own measurements nor facts cached of this machine."""

import os
import tempfile
from pathlib import Path

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
