"""Makes the sample folder `examples/fieldbook/files`: one file a kind of material.

Everything about Larkin Island is invented here. Each module draws, writes or speaks its files and
returns, for every file, a finder that knows where each word ended up; `questions.py`
and `questions_paraphrased.py` ask the finders for the exact places of the answers.
"""
