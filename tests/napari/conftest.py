"""What the tests of the plugin share: napari without the user's settings, and a Qt where it loads."""

import os
import subprocess
import sys
import time
from functools import cache

import pytest

from venule.datasets.phantoms import make_phantom

QT = "needs a Qt that loads: pip install PySide6_Essentials; apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3"
GL = "needs a screen with OpenGL: QT_QPA_PLATFORM=xcb xvfb-run pytest tests/napari"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True, scope="session")
def _settings(tmp_path_factory):
    """Napari reads and writes none of the user's settings."""
    before = os.environ.get("NAPARI_CONFIG")
    os.environ["NAPARI_CONFIG"] = str(tmp_path_factory.mktemp("settings") / "settings.yaml")
    yield
    if before is None:
        del os.environ["NAPARI_CONFIG"]
    else:
        os.environ["NAPARI_CONFIG"] = before


@pytest.fixture(scope="session")
def plugins():
    """The plugins that are installed."""
    npe2 = pytest.importorskip("npe2", reason="needs the extra napari")
    manager = npe2.PluginManager.instance()
    manager.discover()
    return manager


@pytest.fixture
def viewer(plugins):
    """A viewer without a window."""
    from napari.components import ViewerModel

    return ViewerModel()


@pytest.fixture(scope="session")
def phantom():
    return make_phantom(5, size=512)


@pytest.fixture
def layer(viewer, phantom):
    """The layer of a photograph that does not lie at the origin, and whose pixels are no units."""
    return viewer.add_image(phantom.image, name="eye", scale=(2, 3), translate=(10, 20))


@pytest.fixture(scope="session")
def qt():
    """The application that widgets need. Where a library of the system is missing, Qt may end the process."""
    _skip_unless("from qtpy.QtWidgets import QApplication; QApplication([])", needs=QT)
    from qtpy.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


@pytest.fixture
def window(qt):
    """A viewer with a window, which nobody sees. Layers are drawn by OpenGL, which Qt's offscreen platform lacks."""
    _skip_unless("import napari, numpy; napari.Viewer(show=False).add_image(numpy.zeros((9, 9)))", needs=GL)
    import napari

    viewer = napari.Viewer(show=False)
    yield viewer
    viewer.close()
    qt.processEvents()


@pytest.fixture
def wait(qt):
    """Lets Qt work until something is so."""

    def until(so, *, seconds=120):
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, f"not so after {seconds} s"
            qt.processEvents()
            time.sleep(0.005)

    return until


@pytest.fixture
def told():
    """What napari tells the user while a test runs."""
    from napari.utils.notifications import notification_manager

    already = len(notification_manager.records)
    return lambda: notification_manager.records[already:]


@cache
def _skip_unless(code, *, needs):
    tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    if tried.returncode:
        said = (tried.stderr.strip() or f"exit {tried.returncode}").splitlines()[-1]
        pytest.skip(f"{needs}: {said}")
