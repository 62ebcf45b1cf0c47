"""The TUI in a browser on this machine, for whoever holds the address printed at start alone."""
