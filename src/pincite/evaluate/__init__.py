"""Measuring: how good rankings, answers, transcripts and citations are.

measures        names to measures: parse("nDCG@10")
measure, types  what a measure is, and the items it scores
significance    whether two runs differ by more than chance
agreement       how far people agree who rated the same items
"""
