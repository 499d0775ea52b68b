"""Slots and money: the budget and what-if, leases, who waits, and who no longer takes part."""
