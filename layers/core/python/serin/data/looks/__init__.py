"""First looks at a table: profiles, distributions, and what a new file seems to be."""
