"""Stalled routes: what people answer, the board, the week."""
