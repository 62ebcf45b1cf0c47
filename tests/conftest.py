"""Tests see neither the user's own measurements nor facts cached of this machine."""

import importlib.util
import math
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


@pytest.fixture(scope="session")
def measured():
    """Every usable row of the accuracy tables."""
    from advisor.training.accuracy.rows import rows
    from advisor.training.data.tables import load

    return rows(load("accuracy"))


@pytest.fixture(scope="session")
def small():
    """A sixth of the serving rows: those of the most prolific publisher on two devices only, and of few
    others."""
    from advisor.training.serving_speed.sample import sample, sample_of

    kept = [
        c
        for c in sample().cases
        if (c.row.publisher == "aiconfigurator-nightly" and c.row.devices == 2)
        or c.row.publisher in ("redhat", "accelmark", "modelopt-benchmark")
    ]
    return sample_of(kept, {})


@pytest.fixture(scope="session")
def fitted(small):
    """The step model on them."""
    return small.fitted()


@pytest.fixture
def row():
    """Makes rows of local speed of which every number is known: a dense 8.19 B model under Q4_K_M on an RTX
    4090, a hundredth of a second per token."""
    from advisor.prediction.local_speed.work import Device, Share, Work
    from advisor.training.local_speed.rows import Row

    card = Device(
        key="GeForce RTX 4090",
        kind="gpu",
        vendor="NVIDIA",
        backend="cuda",
        generation="Ada Lovelace",
        bandwidth_bytes_per_s=1008e9,
        matrix_flops=165.2e12,
        vector_flops=82.6e12,
        year=2022,
    )
    hundredth = math.log(0.01)
    sizes = {"read_bytes": 4.7e9, "held_bytes": 4.68 * 2**30, "active_params": 8.19e9, "kv_bytes": 1e8}

    def made(device=card.key, log_s=hundredth, source="s", model="Qwen3-8B", phase="decode"):
        share = Share(device=card._replace(key=device), layers=36, **sizes)
        about = {"engine": "llama.cpp", "family": "Q4_K", "active_share": 1.0, "attention_flops": 1e9}
        named = {"source": source, "engine": "llama.cpp", "model": model, "scheme": "Q4_K_M"}
        work = Work(shares=(share,), **about)
        return Row(work=work, phase=phase, log_s=log_s, n=1, trust=1.0, n_params=8.19e9, **named)

    return made


@pytest.fixture
def problem(row):
    """Local decode: one row of each of 120 sources."""
    from advisor.training.local_speed.fit import Problem

    return Problem("decode", tuple(row(f"d{i}", source=f"s{i}") for i in range(120)), {})


@pytest.fixture
def level():
    """Makes what `problem` shows with every source left out, from the errors of its 120 rows."""
    import numpy as np

    from advisor.training.local_speed.intervals import Level

    groups = tuple(f"s{i}" for i in range(120))
    features = [[("", 1.0), ("kind:gpu", 1.0)] for _ in groups]

    def made(off):
        known, folds = np.ones(len(groups), bool), np.arange(len(groups)) % 6
        return Level("known", np.asarray(off), known, folds, groups, features)

    return made
