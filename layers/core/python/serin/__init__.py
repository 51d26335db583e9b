"""Serin: models described in one file, trained, released and watched on AWS without servers."""
