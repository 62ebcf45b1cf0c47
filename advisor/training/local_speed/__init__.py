"""The fit of llama.cpp and its kin: usable rows (`rows`, on `machines`, with their `works`), the matrix
(`features`), the estimator, and intervals (`intervals`, `spread`). `fitted` writes local_speed.json.
"""
