"""A machine as a document."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.plain import parse, plain

BOX = {"name": "box", "source": "user"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "guess"}, "source is 'guess'"),
        ({"nodes": -1}, "nodes is -1; it cannot be negative"),
        ({"cpu": {"physical_cores": 100_001}}, "cpu.physical_cores is 100001"),
        ({"memory": {"total_bytes": 2**63}}, "memory.total_bytes is 9223372036854775808"),
        ({"memory": {"bandwidth_bytes_per_s": 89.6}}, "memory.bandwidth_bytes_per_s is 89.6"),
        ({"gpus": [{"name": "x", "vendor": "y", "form": "card"}]}, "gpus.0.form is 'card'"),
        ({"gpus": [{"name": "x"}]}, "lacks the field 'gpus.0.vendor'"),
        ({"gpus": [{"name": "x", "vendor": "y", "compute_capability": 8.9}]}, "compute_capability is 8.9"),
        ({"gpu": []}, "has an unknown field 'gpu'"),
    ],
)
def test_what_no_machine_has_is_refused_by_name(refusal: Any, change: Any, words: str) -> None:
    """A rate in gigabytes, cores by the hundred thousand, a compute capability that is no text."""
    assert words in refusal(HardwareProfile, {**BOX, **change})


def test_what_nobody_read_is_none() -> None:
    """Nothing is assumed of a machine but one node."""
    box = parse(HardwareProfile, BOX, what="machine")
    assert (box.nodes, box.gpus, box.memory.total_bytes, box.cpu.physical_cores) == (1, (), None, None)
    assert plain(box)["disk_free_bytes"] is None


def test_machines_that_differ_in_a_reason_only_share_a_hash() -> None:
    """Tables of what was computed are asked by machine; reasons have no place in it."""
    gpus = (Gpu(name="RTX 4090", vendor="NVIDIA"),)
    one, other = (
        HardwareProfile(name="box", source="probe", gpus=gpus, unknown={"gpus.0.tdp_w": why})
        for why in ("no driver", "no right")
    )
    assert (hash(one) == hash(other), one == other) == (True, False)
