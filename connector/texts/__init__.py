"""Sentences and letters: codes in, words out."""
