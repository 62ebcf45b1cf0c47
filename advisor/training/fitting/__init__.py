"""One frame for every fit: estimators with priors, folds of whole groups, conformal calibration."""
