"""What `serin init` makes of a file's rows: a charter with questions, a contract, golden requests."""
