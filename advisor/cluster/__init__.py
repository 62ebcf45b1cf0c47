"""Work in many pieces on a Ray cluster: batches of cases, and measurements on every kind of node."""

ADDRESSES = "HOST:PORT or ray://HOST:PORT of a Ray cluster, auto (this machine's) or local (start one)"
"""What --ray takes."""
