"""The only place in flux/ that imports airflow: who wakes the steps of :mod:`flux.etapes`, and with what."""
