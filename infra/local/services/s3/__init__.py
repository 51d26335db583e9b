"""S3: buckets, their objects and the events of both."""
