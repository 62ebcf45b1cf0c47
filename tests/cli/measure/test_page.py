"""Measured rows as they are printed."""

from __future__ import annotations

import argparse
import json

import pytest

from advisor.cli.measure.page import page, show
from advisor.measuring.rows import Row

DECODE = Row(
    kind="speed",
    metric="tokens_per_s",
    phase="decode",
    value=51.234,
    sd=0.5,
    model="Qwen3-8B",
    scheme="Q4_K_M",
    output_tokens=128,
    depth=4096,
    threads=8,
)
READ = Row(kind="bandwidth", metric="bytes_per_s", value=82.5e9, hardware="box", threads=16)
LOST = Row(kind="accuracy", metric="kld_mean", value=0.0123, model="Qwen3-8B", scheme="Q2_K", dataset="wiki")


def test_each_kind_says_what_was_tried() -> None:
    """Speed by phase and depth, divergence by text, bandwidth by threads."""
    lines = [line.split("  ") for line in page([DECODE, LOST, READ]).splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells == [
        ["measured", "scheme", "test", "value", "flags"],
        ["Qwen3-8B", "Q4_K_M", "decode 128 tokens at depth 4096, 8 threads", "51.234 ± 0.5 tokens/s", "-"],
        ["Qwen3-8B", "Q2_K", "kld_mean on wiki", "0.0123", "-"],
        ["box", "-", "read, 16 threads", "82.5 GB/s", "-"],
    ]


@pytest.mark.parametrize("dry", [True, False])
def test_the_document_says_whether_they_are_kept(capsys: pytest.CaptureFixture[str], dry: bool) -> None:
    """JSON Lines hold the rows alone."""
    show(argparse.Namespace(format="json", dry=dry), [DECODE])
    document = json.loads(capsys.readouterr().out)
    assert (document["kept"], len(document["rows"])) == (not dry, 1)
    show(argparse.Namespace(format="jsonl", dry=dry), [DECODE, READ])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["value"] for row in rows] == [51.234, 82.5e9]
