"""Speed of llama.cpp and its kin: what each device does for a token (`plan`, `split`), the formula
(`terms`), what no machine passes (`bounds`), and how far off it may be (`strata`, `spread`).
"""
