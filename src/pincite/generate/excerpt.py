"""The seconds of a stored clip that a citation means, and a box drawn on a stored picture."""

from __future__ import annotations

import io

import av
import numpy as np
from PIL import Image, ImageDraw

from pincite.ingest.clips import PreviewWriter, sound_clip
from pincite.ingest.sound import RATE_HZ, Samples
from pincite.types import Box, Media

_MARGIN_S = 0.25
"""Heard before and after, so that no word is clipped."""
_ACCENT = (0, 122, 122)


def cut_clip(clip: Media, start_s: float, end_s: float) -> Media:
    """Return seconds `start_s:end_s` of a clip, counted from its beginning, with a little margin.

    The whole clip comes back when the span covers it.
    """
    first, last = max(0.0, start_s - _MARGIN_S), end_s + _MARGIN_S
    with av.open(io.BytesIO(clip.data)) as container:
        length_s = (container.duration or 0) / av.time_base
        if first <= 2 * _MARGIN_S and last >= length_s - _MARGIN_S:
            return clip
        has_sound, has_pictures = bool(container.streams.audio), bool(container.streams.video)
    samples = _samples(clip, first, last) if has_sound else None
    if not has_pictures:
        return (sound_clip(samples) if samples is not None else None) or clip
    writer = PreviewWriter(with_sound=samples is not None)
    with av.open(io.BytesIO(clip.data)) as container:
        for frame in container.decode(video=0):
            at_s = float(frame.time or 0.0)
            if at_s > last:
                break
            if at_s >= first:
                writer.add(frame.to_ndarray(format="rgb24"), at_s - first)
    return writer.finish(samples) or clip


def _samples(clip: Media, first_s: float, last_s: float) -> Samples:
    """Return the sound between two seconds of a clip: float32 mono."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    with av.open(io.BytesIO(clip.data)) as container:
        blocks = [
            block.to_ndarray()[0]
            for frame in [*container.decode(audio=0), None]
            for block in resampler.resample(frame)
        ]
    sound = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return sound[int(first_s * RATE_HZ) : int(last_s * RATE_HZ)]


def mark_box(picture: Media, box: Box) -> Media:
    """Return a picture as PNG with a box drawn around a part of it."""
    with Image.open(io.BytesIO(picture.data)) as opened:
        image = opened.convert("RGB")
    width = max(2, round(max(image.size) / 400))
    x0, y0 = box[0] * image.width - 2 * width, box[1] * image.height - 2 * width
    x1, y1 = box[2] * image.width + 2 * width, box[3] * image.height + 2 * width
    ImageDraw.Draw(image).rectangle((x0, y0, x1, y1), outline=_ACCENT, width=width)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return Media("image/png", buffer.getvalue())
