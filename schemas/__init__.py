"""The messages between the camera processes and the daemon; imports no other package of the project."""
