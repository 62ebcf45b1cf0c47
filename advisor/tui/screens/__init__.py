"""One file for each screen; `base` is what all share."""
