"""The ledger: PostgreSQL tables, their migrations, and the few functions that write and read them.

The unique constraints, not the callers, hold the promise *once*: a step that runs twice, or half and then again, or twice at
the same time, changes nothing more.
"""
