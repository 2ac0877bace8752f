"""Figures as people look at them: shares, lists behind them, passports, snapshots."""
