"""Matches as the daemon plays them: a decider over the events of the board and the commands of people."""
