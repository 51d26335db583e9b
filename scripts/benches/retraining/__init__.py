"""Parts of the bench of watching that let a year pass, with trainings in it."""
