"""The daemon: cameras in, events out."""
