"""Replication of signed changes between replicas.

Knows ids, fields, entries, members and scopes; nothing of people or forms. FORMAT.md gives the layouts, GUARANTEES.md
the promises and the tests that check them.
"""
