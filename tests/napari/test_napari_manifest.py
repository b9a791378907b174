"""What napari finds of venule, and what it does not have to load for that."""

import subprocess
import sys

import pytest

npe2 = pytest.importorskip("npe2", reason="needs the extra napari")
WIDGETS = {"venule.segment", "venule.measure", "venule.open_photographs"}
COMMANDS = [command.id for command in npe2.PluginManifest.from_distribution("venule").contributions.commands]


@pytest.fixture(scope="module")
def manifest():
    return npe2.PluginManifest.from_distribution("venule")


def test_the_manifest_that_is_installed_passes_npe2s_own_check():
    checked = subprocess.run([sys.executable, "-m", "npe2", "validate", "venule"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - WIDGETS))
def test_every_command_without_a_window_can_be_called(plugins, command):
    assert callable(plugins.commands.get(command))


@pytest.mark.parametrize("command", sorted(WIDGETS))
def test_every_command_with_a_window_can_be_called(plugins, qt, command):
    assert callable(plugins.commands.get(command))


def test_the_manifest_uses_every_command_and_only_menus_that_napari_has(manifest):
    from napari._app_model.constants._menus import is_menu_contributable

    contributions = manifest.contributions
    used = [*contributions.readers, *contributions.writers, *contributions.widgets, *contributions.sample_data]
    in_menus = [item for items in contributions.menus.values() for item in items]
    assert {one.command for one in [*used, *in_menus]} == set(COMMANDS)
    assert all(is_menu_contributable(menu) for menu in contributions.menus)


@pytest.mark.parametrize("name", ["cells.tif", "cells.tiff", "cells.png", "movie.gif", "table.json", "stack.ome.tif"])
def test_files_that_napari_reads_right_are_left_to_it(plugins, name):
    assert "venule" not in {reader.plugin_name for reader in plugins.iter_compatible_readers(name)}


@pytest.mark.parametrize(
    "name", ["eye.dcm", "EYE.DCM", "eye.jpg", "eye.JPEG", "eye_vessels.png", "eye_graph.json", "a.b_graph.json"]
)
def test_files_that_venule_reads_better_are_offered_to_it(plugins, name):
    assert "venule" in {reader.plugin_name for reader in plugins.iter_compatible_readers(name)}


def test_venule_loads_neither_napari_nor_a_qt():
    code = """
import sys, venule
for name in venule.__all__:
    getattr(venule, name)
import venule.workflows.measure, venule.cli.main
heavy = {"napari", "qtpy", "magicgui", "npe2", "PySide6", "PyQt6", "PyQt5"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reading_and_writing_load_neither_napari_nor_a_qt():
    code = """
import sys
import venule.napari.files
heavy = {"napari", "qtpy", "magicgui", "PySide6", "PyQt6", "PyQt5"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)
