"""The field of view on DRIVE, HRF and CHASE_DB1."""

import cv2
import numpy as np
import pytest

from venule.photograph import decode, find_fov, fov_from_mask


def pairs(data):
    for part in ("training", "test"):
        for path in sorted((data / "DRIVE" / part / "images").glob("*.tif")):
            yield "DRIVE", path, next((data / "DRIVE" / part / "mask").glob(f"{path.stem}_mask*"))
    for path in sorted((data / "HRF" / "images").iterdir()):
        yield "HRF", path, data / "HRF" / "mask" / f"{path.stem}_mask.tif"


def test_the_field_of_view_of_drive_and_hrf_is_that_of_their_masks(data, capsys):
    overlaps, diameters = {"DRIVE": [], "HRF": []}, {"DRIVE": [], "HRF": []}
    for name, path, mask_path in pairs(data):
        given, found = fov_from_mask(decode(mask_path)[..., 0] > 127), find_fov(decode(path))
        overlaps[name].append(np.count_nonzero(given.mask & found.mask) / np.count_nonzero(given.mask | found.mask))
        diameters[name].append(found.diameter / given.diameter)
    with capsys.disabled():
        for name, values in overlaps.items():
            print(f"\n{name}: {len(values)} fields of view, IoU mean {np.mean(values):.4f}, least {min(values):.4f}")
    assert {name: len(values) for name, values in overlaps.items()} == {"DRIVE": 40, "HRF": 45}
    for name in overlaps:
        assert np.mean(overlaps[name]) >= 0.99
        assert min(overlaps[name]) >= 0.98
        assert diameters[name] == pytest.approx(np.ones(len(diameters[name])), abs=0.012)


WORSE = {
    "as it is": lambda image: image,
    "dark": lambda image: (image * 0.3).astype(np.uint8),
    "blurred": lambda image: cv2.GaussianBlur(image, (0, 0), max(image.shape) / 200),
    "jpeg": lambda image: decode(cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 10])[1].tobytes()),
    "red-free": lambda image: np.repeat(image[..., 1:2], 3, axis=2),
}


@pytest.mark.parametrize("worse", WORSE)
def test_no_real_photograph_is_refused_and_its_circle_survives_a_bad_copy(data, worse):
    paths = [path for _, path, _ in pairs(data)][::18] + sorted((data / "CHASE_DB1").glob("*.jpg"))[::6]
    for path in paths:
        image = decode(path)
        expected, found = find_fov(image), find_fov(WORSE[worse](image))
        assert found.diameter == pytest.approx(expected.diameter, rel=0.025), path.name


def test_the_fields_of_view_of_chase_are_circles_that_the_frame_does_not_cut(data):
    for path in sorted((data / "CHASE_DB1").glob("*.jpg")):
        fov = find_fov(decode(path))
        assert np.count_nonzero(fov.mask) == pytest.approx(np.pi / 4 * fov.diameter**2, rel=0.005), path.name
        assert 885 < fov.diameter < 930, path.name
