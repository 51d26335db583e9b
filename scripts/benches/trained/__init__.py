"""Parts of the trainings bench."""
