"""Measuring: how good rankings, answers, transcripts and citations are."""
