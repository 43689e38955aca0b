"""Speed of the estimators as ratios measured in one run; `python -m benchmarks`."""
