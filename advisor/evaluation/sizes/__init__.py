"""Sizes beside llama-quantize and published files (`evaluate`), memory beside engines' logs (`memory`)."""
