"""Deliveries stream in while processes are killed: nothing answered with 200 is lost, nothing doubled."""
