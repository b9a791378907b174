"""The plugin for napari: venule's reader, writer, phantoms and widgets; `napari.yaml` names them.

Nothing else of venule imports it. `read`, `write`, `phantoms`, `layers` and `finding` need neither napari nor a Qt.
"""
