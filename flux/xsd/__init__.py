"""Schemas: the project's own, a catalogue of the official ones, and the judgement of a document by one of them."""
