"""Pictures, sounds and footage that push away: what is like them falls behind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pincite.content import MODALITIES
from pincite.encode import Encoder
from pincite.retrieve.asked import Asked
from pincite.retrieve.channels import SEPARATION, usual_in
from pincite.store.tables import Store
from pincite.types import Segment


@dataclass(frozen=True, slots=True)
class Unlike:
    """Judges candidates by how like they are to what a query pushes away, in one space.

    It brings up none itself: what is unlike something is most of what there is.
    """

    store: Store
    encoder: Encoder

    def likeness(self, asked: Asked, segments: Mapping[str, Segment]) -> dict[str, float]:
        """Return P(alike) by the id of the segments that have a vector.

        Were the scores of what is alike and of what is not normal, s deviations apart and both as
        likely, P(alike | z) = 1 / (1 + exp(s² / 2 - s z)).
        """
        vector = asked.unwanted_vector(self.encoder)
        if vector is None:
            return {}
        usual = {m: usual_in(self.store, self.encoder, m, vector) for m in MODALITIES}
        found = {}
        for id, row in self.store.vectors(self.encoder.space, list(segments)).items():
            known = usual[segments[id].modality]
            if known is not None:
                z = known.standard(float(row @ vector))
                found[id] = 1 / (1 + math.exp(SEPARATION * (SEPARATION / 2 - z)))
        return found
