"""Tables, nothing else. A malformed table stops the import, not the first file that meets it."""
