"""How well the installed artifact does on measured rows that it has not seen (`advisor evaluate --new`)."""
