"""What a plan will do, in figures with intervals and terms: `outcome` asks every predictor.

`accuracy`, `local_speed` (one request on llama.cpp and its kin) and `serving_speed` (many on vLLM and its
kin) each have a `predict`; `own` is what the user's measurements change, `interval` how far off a figure
may be. They read `artifact/`, which `advisor fit` writes, with the standard library alone.
"""
