"""The fit of vLLM and its kin: decoded rows (`rows`), what the catalogues say of them (`cases`), the matrix
(`features`), the estimator, and priors from kernel timings (`kernels`). `fitted` writes serving_speed.json.
"""
