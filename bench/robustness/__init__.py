"""The robustness bench: marks clips, does to them what happens to audio, and looks for the mark again.

Run by ``cargo xtask bench watermark``; README.md says what it needs and what it writes.
"""
