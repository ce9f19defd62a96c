"""The knowledge base: vectors, words, evidence and a ledger of files, in Lance tables.

`tables.Store` is the door. Nothing is imported here, because Lance takes a sixth of a second.
"""
