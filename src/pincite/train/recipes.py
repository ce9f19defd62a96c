"""Names to recipes: functions that make an objective from settings.

A recipe takes `settings=` and returns an `Objective`. It reads its sections with
`Settings.take`, so that a wrong key or type is told like any other:

    SECTIONS = (Task, Data, Model)

    def recipe(settings: Settings) -> Objective:
        task, data, model = settings.take(*SECTIONS)

Built-in recipes declare their sections beside themselves, as `SECTIONS`, for the reference page.

Another package adds one under `[project.entry-points."pincite.recipes"]`.
"""

from __future__ import annotations

from pincite.registry import Plugin, Registry
from pincite.train.config import Settings
from pincite.train.objective import Objective

recipes: Registry[Objective] = Registry(
    kind="recipe",
    group="pincite.recipes",
    builtin={
        "classify": Plugin("pincite.train.classify:classify"),
        "denoise": Plugin("pincite.train.pretrain:denoise"),
        "dpr": Plugin("pincite.train.dense:dpr"),
        "rag": Plugin("pincite.train.rag:rag"),
        "dual": Plugin("pincite.train.pairs:dual"),
        "generator": Plugin("pincite.train.generator:generator"),
    },
)


def make_objective(settings: Settings) -> Objective:
    """Return the objective that the settings ask for, its new weights drawn from their seed.

    Raises:
        UnknownPlugin: No recipe has the name in `[task]`.
        MissingExtra: The recipe needs a package that is not installed.
        UsageError: A section of the recipe is wrong.
    """
    from pincite.train.chance import seed_everything

    seed_everything(settings.run.seed)
    return recipes.create(settings.recipe, settings=settings)
