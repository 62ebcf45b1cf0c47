"""The fit of accuracy: usable figures (`rows`, `schemes`), the estimator (`model`), intervals, and what was
measured of single models (`cells`). `fitted` writes accuracy.json, `quality` quality.json.
"""
