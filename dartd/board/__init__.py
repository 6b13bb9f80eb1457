"""Pure decisions about the board: fusion, throws, visits."""
