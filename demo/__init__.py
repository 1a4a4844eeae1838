"""The demonstration: real services on 127.0.0.1, and the tour that make demo gives of them."""
