"""Real engines run here (`run`), what benchmarks print (`importers`), and the user's own rows in one SQLite
file (`store`). `own` hands those to a prediction.
"""
