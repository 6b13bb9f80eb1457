"""From the views of all cameras to points on the board: pure numpy, time is an argument."""
