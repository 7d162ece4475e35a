"""A report laid out for reading: chapters of text, tables and charts in one language, the same for every format.

A format draws what stands here and computes nothing, so that no two formats can disagree.
"""
