"""Models with generated code, from an upload to answers: what their code may do, and what becomes of it."""
