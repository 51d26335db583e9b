"""Tables as packages ship them, taken from `serin init` to a live version in one process."""
