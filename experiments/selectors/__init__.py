"""Reads that put several models together for one page."""
