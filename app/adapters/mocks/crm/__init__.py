"""Servers of ours that speak as the CRMs do, for tests and for trying out."""
