"""The built-in generator, and the one of the plugin guide, by the rules for plugin authors."""

from pincite.generate.extractive import ExtractiveGenerator
from pincite.testing import GeneratorContract
from tests.testing.guide import from_the_guide


class TestExtractive(GeneratorContract):
    def generator(self, similarity, abstain_below):
        return ExtractiveGenerator(similarity, abstain_below)


TestBestPassage = from_the_guide("TestBestPassage")
