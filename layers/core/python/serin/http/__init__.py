"""HTTP for everything but predictions: FastAPI routes, their schemas, and errors as status codes."""
