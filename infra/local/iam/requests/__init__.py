"""Requests of AWS's protocols, and the permissions each of them needs."""
