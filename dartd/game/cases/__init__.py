"""Cases of `python -m dartd.game`: JSON in, what the folds give out."""
