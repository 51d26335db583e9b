"""Layers and function code as immutable folders named by what they are made of; no Docker."""
