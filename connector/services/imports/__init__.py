"""Spreadsheets and single rows coming in: compared, dated, gated, written (contract 3)."""
