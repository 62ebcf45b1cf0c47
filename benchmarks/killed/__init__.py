"""What `kills.py` ends at any moment."""
