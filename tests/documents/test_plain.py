"""Documents to and from plain values."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.outcome import Estimate
from advisor.documents.plain import dumps, load_json, parse, plain
from advisor.errors import BadFileError


class TestPlain:
    def test_six_digits(self) -> None:
        """A float is written with six significant digits, a whole one as an integer."""
        assert [0.333333, 1234570, 2] == plain([1 / 3, 1234567.1, 2.0])

    def test_infinity_is_null(self) -> None:
        """JSON has no infinity: it is written as null."""
        assert {"value": None, "low": 0, "high": None, "basis": "exact", "evidence": []} == plain(
            Estimate(value=float("inf"), low=0.0, high=float("nan"), basis="exact")
        )


class TestParse:
    def test_round_trip(self) -> None:
        """A document read back from its own JSON is equal."""
        machine = HardwareProfile(
            name="box",
            source="user",
            gpus=(Gpu(name="RTX 4090", vendor="NVIDIA", bandwidth_bytes_per_s=1.008e12),),
        )
        assert machine == parse(HardwareProfile, json.loads(dumps(machine)), what="hardware")

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"schema_version": "9.0"}, "schema_version '9.0'"),
            ({"colour": "red"}, "unknown field 'colour'"),
            ({"memory": {"total_bytes": -1}}, "memory.total_bytes is -1"),
            ({"memory": {"total_bytes": "lots"}}, "memory.total_bytes"),
            ({"memory": {"measured_bandwidth_bytes_per_s": float("nan")}}, "is nan"),
            ({"memory": {"bandwidth_bytes_per_s": 936}}, "is 936; it must be at least 1e\\+06"),
            ({"network_bytes_per_s": 1e-300}, "network_bytes_per_s is 1e-300"),
            ({"name": None}, "name"),
        ],
    )
    def test_refuses(self, change: Any, words: str) -> None:
        """Another version, an unknown field, a negative size, NaN and a wrong type are refused by name."""
        value = {**json.loads(dumps(HardwareProfile(name="box", source="user"))), **change}
        with pytest.raises(BadFileError, match=words):
            parse(HardwareProfile, value, what="hardware")

    @pytest.mark.parametrize("value", [[], "x", 3, None])
    def test_not_an_object(self, value: Any) -> None:
        """A document is an object."""
        with pytest.raises(BadFileError, match="must be a JSON object"):
            parse(HardwareProfile, value, what="hardware")


class TestLoadJson:
    def test_absent(self, tmp_path: Path) -> None:
        """A file that is not there is named."""
        with pytest.raises(BadFileError, match=r"cannot read .*none\.json"):
            load_json(tmp_path / "none.json")

    @pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000])
    def test_not_json(self, tmp_path: Path, content: Any) -> None:
        """Truncated, binary and absurdly nested files are refused in one line."""
        (tmp_path / "x.json").write_bytes(content)
        with pytest.raises(BadFileError, match=r"x\.json"):
            load_json(tmp_path / "x.json")
