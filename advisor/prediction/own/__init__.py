"""What the user's own measurements change: `evidence` is handed in with the case, `pooling` says how far a
row carries, `damage` does the same for perplexity and divergence.
"""
