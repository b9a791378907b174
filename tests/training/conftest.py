"""A small own data set, drawn here: bright lines on dark discs."""

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")


@pytest.fixture(scope="session")
def own_data(tmp_path_factory):
    """A plain folder with six photographs of 160x150 and their drawings."""
    folder = tmp_path_factory.mktemp("own")
    for name in ("images", "vessels"):
        (folder / name).mkdir()
    rng = np.random.default_rng(0)
    for number in range(6):
        image = np.zeros((150, 160, 3), np.uint8)
        cv2.circle(image, (80, 75), 70, (40, 90, 180), -1)  # blue, green, red
        vessels = np.zeros((150, 160), np.uint8)
        for _ in range(6):
            a, b = rng.uniform(30, 120, (2, 2)).astype(int).tolist()
            cv2.line(vessels, a, b, 255, 3)
        image[vessels > 0] = (20, 40, 120)
        image = np.where(image > 0, image + rng.normal(0, 4, image.shape), 0).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), image)
        cv2.imwrite(str(folder / "vessels" / f"{number}.png"), vessels)
    return folder


@pytest.fixture
def recipe(tmp_path):
    """A recipe that trains in seconds."""
    path = tmp_path / "tiny.yaml"
    path.write_text(
        "name: tiny\nnetwork: compact\nnetwork_arguments: {widths: [8, 12, 16]}\nworking_diameter: 140\n"
        "crop: 64\nbatch: 4\nsteps: 60\nepoch: 10\naverage: 0.9\nvalidation: 0.2\n"
        "augmentation: {gamma: 0.3, light: 0.2, blur: 1, noise: 0.2, jpeg: 0.2, green_only: 0.1}\n"
    )
    return path
