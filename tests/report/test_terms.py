"""The terms behind a figure as lines."""

from __future__ import annotations

import pytest

from advisor.report.terms import explanation_text, figure, lines, scalar, words


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (None, "", "-"),
        ((), "", "-"),
        (True, "", "yes"),
        (1234567, "", "1,234,567"),
        (0.123456, "", "0.1235"),
        ([1, 2], "", "1 + 2"),
        (5 * 2**30, "memory kv_cache_bytes", "5.000 GiB"),
        (5e9, "weights_bytes", "5.000 GB"),
        (5e9, "bandwidth_bytes_per_s", "5 GB/s"),
        (4096, "row_bytes", "4,096 bytes"),
        (97.5, "retained_pct", "97.5 %"),
        ("q8_0", "kv type", "q8_0"),
    ],
)
def test_the_name_of_a_value_says_its_unit(value: object, name: str, text: str) -> None:
    """Memory in GiB, files in GB, rates per second, percent; counts with their thousands."""
    assert text == scalar(value, name)


@pytest.mark.parametrize(
    ("key", "above", "text"),
    [
        ("kv_cache_bytes", "", "kv cache"),
        ("bandwidth_bytes_per_s", "", "bandwidth"),
        ("loss_pct", "", "loss"),
        ("Q4_K", "", "Q4_K"),
        ("attn_q", "by role", "attn_q"),
    ],
)
def test_names_are_words_unless_they_are_names(key: str, above: str, text: str) -> None:
    """Terms lose their units and underscores; tensors and types keep theirs."""
    assert text == words(key, above)


def test_exact_figures_have_no_interval() -> None:
    """A computed figure is one number; a predicted one says how far it may be off, and by what basis."""
    exact = {"value": 10, "low": 10, "high": 10, "basis": "exact"}
    guess = {"value": 10.0, "low": 8.0, "high": 13.0, "basis": "interpolated"}
    assert ("10 (exact)", "10 (8 to 13, interpolated)") == (figure(exact), figure(guess))


def test_a_section_is_indented_with_its_sources() -> None:
    """Figures, their sources beneath them, groups and lists one step further in."""
    section = {
        "speed": {
            "decode": {
                "value": 50.0,
                "low": 40.0,
                "high": 60.0,
                "basis": "measured",
                "evidence": ["two rows"],
            },
            "threads": 8,
            "none": [],
        },
        "rows": [{"model": "A", "loss_pct": 1.5}, "and more"],
    }
    assert [
        "  speed:",
        "    decode: 50 (40 to 60, measured)",
        "        from two rows",
        "    threads: 8",
        "    none: -",
        "  rows:",
        "    - model A, loss 1.5 %",
        "    - and more",
    ] == lines(section, 1)


def test_a_page_has_a_head_and_its_sections() -> None:
    """What is explained, then each section under its title; controls of a terminal are written out."""
    found = explanation_text(
        {
            "scheme": "Q4_K_M",
            "model": "evil\x1b[31m",
            "engine": "llama.cpp",
            "hardware": "RTX 4090",
            "sections": {"memory": {"weights_bytes": 2 * 10**9}},
            "notes": [],
        }
    )
    assert ["Q4_K_M of evil\\x1b[31m on llama.cpp, RTX 4090", "", "Memory", "  weights: 1.863 GiB"] == (
        found.splitlines()
    )
