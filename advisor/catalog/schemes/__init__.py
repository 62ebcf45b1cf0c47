"""Quantization schemes by name, and the table behind them (profiles/schemes.json)."""

from advisor.catalog.schemes.find import all_schemes, find_scheme, split_kv

__all__ = ["all_schemes", "find_scheme", "split_kv"]
