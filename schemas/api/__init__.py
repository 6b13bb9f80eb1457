"""What the HTTP API takes and gives, one file per resource. A field that is left out keeps its value."""
