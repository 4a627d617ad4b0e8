"""What a batch costs in a lake that has much already: ``python -m bench.growth``."""
