"""Hostile input, generated: each attack has its right answer, under a second of processor time and a fixed cap of memory."""
