"""The words that the camera processes and the daemon speak; imports nothing of ours."""
