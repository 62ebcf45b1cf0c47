"""Real engines and the memory bus, run here and timed: rows of the user's own."""
