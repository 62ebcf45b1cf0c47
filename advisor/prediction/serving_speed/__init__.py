"""Speed of vLLM and its kin under many requests: one step of continuous batching (`step`), what it needs to
know (`inputs`), and what the measurements add: corrections, basis and intervals (`measured`).
"""
