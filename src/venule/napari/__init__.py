"""The napari plugin: reader, writer, sample data and two widgets, declared in `napari.yaml`."""
