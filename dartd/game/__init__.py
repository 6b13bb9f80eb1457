"""The games of darts as pure folds: rules, legs, matches, corrections, checkouts and statistics."""
