"""Measuring a router over labelled transcripts. Takes any callable from RouteQuery to Decision."""
