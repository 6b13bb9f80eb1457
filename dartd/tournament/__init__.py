"""Tournaments: pure core of draws, tables, progress, and the deciders that carry out what people want."""
