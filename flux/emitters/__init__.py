"""Model → bytes: one module a format. Every emitter is a pure function of its arguments: same arguments, same bytes."""
