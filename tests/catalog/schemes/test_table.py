"""profiles/schemes.json as schemes."""

from __future__ import annotations

from advisor.catalog.schemes import find_scheme
from advisor.catalog.schemes.table import bits_per_weight, names_by_key, scheme_file


def test_every_listed_name_is_a_scheme_of_that_name():
    """And so is what an alias means."""
    table = scheme_file()
    names = (*table["gguf"], *table["fixed"], *table["listed"])
    assert {name: find_scheme(name).name for name in names} == {name: name for name in names}
    meant = set(names_by_key().values())
    assert {name for name in meant if find_scheme(name).name != name} == set()


def test_scales_count_in_the_bits_of_a_weight():
    """Four bits in groups of 128 with a scale of 16 bits, and with a zero point of four more."""
    methods = scheme_file()["methods"]
    gptq, awq = (bits_per_weight(methods[name], 4, 128) for name in ("gptq", "awq"))
    assert 4.125 <= gptq <= awq <= 4.25
    assert bits_per_weight(methods["gptq"], 4, 32) > gptq
