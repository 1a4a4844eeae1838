"""Connections: who may send what. Partners today; records, certificates and subscriptions stand on this."""
