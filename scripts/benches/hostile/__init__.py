"""Requests nobody should be able to harm the platform with, how they are sent, and what is wrong with an answer."""
