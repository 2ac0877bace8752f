"""Evidence merged, judged and written: the one short transaction, and its proof by recount."""
