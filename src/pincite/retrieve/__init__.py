"""A query to ranked segments: several channels, one ranking."""
