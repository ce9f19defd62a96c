"""What it means to be a plugin, as test classes: subclass one, say what is tested, run pytest.

    from pincite.testing import EncoderContract

    class TestMyEncoder(EncoderContract):
        def encoder(self):
            return MyEncoder(load_config())

Each test of a class is one rule that the rest of the program relies on. The built-in plugins go
through the same classes. Nothing here needs more than the core install; pytest runs it, but is
not imported.
"""

from pincite.testing.encoders import EncoderContract
from pincite.testing.generators import GeneratorContract
from pincite.testing.late import LateEncoderContract
from pincite.testing.parsers import ParserContract
from pincite.testing.rerankers import RerankerContract

__all__ = [
    "EncoderContract",
    "GeneratorContract",
    "LateEncoderContract",
    "ParserContract",
    "RerankerContract",
]
