"""What `bench serving` measures of compiled models, and the pipelines and files it makes for that."""
