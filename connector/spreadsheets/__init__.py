"""Workbooks and CSV folders in and out."""
