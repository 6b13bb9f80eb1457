"""Tables that are folds of the journal's events, and the registry of those folds."""
