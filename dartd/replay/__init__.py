"""Recordings: played, made, compared with their truth and explained. No part of a running daemon."""
