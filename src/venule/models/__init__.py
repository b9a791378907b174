"""Shipped models: ONNX weights, each with its card."""
