"""The pages of the console that the command line does not write as files."""
