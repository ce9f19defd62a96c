"""The trainable models: marginalisation over evidence, fusion of features, dense retrieval.

torch is imported here, in `pincite.train` and inside single plugins, and nowhere else.

Letters in shapes, beside those of `pincite.types`:
    b  questions in a batch      n  documents of a question, or regions in `fusion`
    s  source tokens             t  target tokens, or text positions in `fusion`
    v  words of the vocabulary   k  beams
    d  width of the generator    e  width of the features of a region
"""
