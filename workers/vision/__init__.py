"""Pure picture work: arrays in, measurements out."""
