"""The refit of the local part."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.refit import refit_local
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store


def test_refit_names_what_was_used_on_this_machine_only() -> None:
    """Rows of the machine asked for, by backend and phase; those of another machine are not its own."""
    machine = resolve_hardware("RTX 4090")
    common = {"kind": "speed", "metric": "tokens_per_s", "phase": "decode", "output_tokens": 128}
    common |= {"model": "Llama-3.1-8B", "engine": "llama.cpp", "backend": "cuda"}
    with Store() as store:
        mine = [
            Row(value=100.0 + i, scheme=s, host=fingerprint(machine), **common)
            for i, s in enumerate(("Q4_0", "Q8_0"))
        ]
        store.add([*mine, Row(value=5.0, scheme="Q4_0", host="another", **common)], Origin())
    (line,) = refit_local(machine)["effects"]
    assert (line["backend"], line["phase"], line["configurations"]) == ("cuda", "decode", 2)
    assert line["mean_log_ratio"] == pytest.approx(0, abs=1.0)
