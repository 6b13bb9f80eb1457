"""Camera processes: from frames to what changed on the board."""
