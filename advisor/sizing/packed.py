"""Sizes of the formats other than GGUF, from how each one packs codes, scales and zero points."""
