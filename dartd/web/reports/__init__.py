"""Reports as files: a table of the figures, and a PDF that another process draws."""
