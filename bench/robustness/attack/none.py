"""Nothing happens."""

from . import attack


@attack("none", "untouched")
def none(clip, scene):
    return clip
