"""The napari plugin: reader, writer, sample data and two widgets, declared in `napari.yaml`.

Only the widgets, `viewer` and `open_photographs` need napari and a Qt.
"""
