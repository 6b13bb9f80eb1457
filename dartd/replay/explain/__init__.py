"""Explain a replay: for each dart a page that a person can judge, and the numbers behind it as JSON."""
