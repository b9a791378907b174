"""Results as DICOM: vessels as a segmentation, measurements as a structured report.

Its modules are imported by name, so that only those who write DICOM need highdicom (extra `dicom`).
"""
