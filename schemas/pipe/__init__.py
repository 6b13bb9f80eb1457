"""The messages between the supervisor and the camera processes."""
