"""Exit codes, as scripts rely on them."""

EXIT_BUG = 1
"""Something broke that the user did not cause."""
EXIT_USAGE = 2
"""The call was wrong, or training cannot go on; the sentence on stderr says how to mend it."""
EXIT_INCOMPLETE = 3
"""Done, but some files were partial or failed."""
EXIT_NO_ANSWER = 4
"""The sources hold no answer: `ask` abstained."""
EXIT_INTERRUPTED = 130
"""Ctrl-C."""
