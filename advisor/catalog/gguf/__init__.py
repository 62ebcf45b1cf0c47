"""GGUF files: headers, types, the scheme a mix of types is, and the model in the file."""

from advisor.catalog.gguf.profile import read_gguf

__all__ = ["read_gguf"]
