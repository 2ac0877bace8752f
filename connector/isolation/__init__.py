"""Asks a municipality's Python in a process of its own, so that whatever it does hurts nobody.

Nothing is gathered here: the child imports its part of the package only, and is up sooner.
"""
