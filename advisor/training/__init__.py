"""The measurements made the artifact that every prediction reads: everything that `advisor fit` runs.

`data` reads the tables and leaves out with reasons, `fitting` is the one frame of all fits, and each
predictor has a package of its rows, features, estimator and intervals. How good they are is asked in
`advisor.evaluation`.
"""
