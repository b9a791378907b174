"""A folder with everything that the pages expect where the reader types: photographs, a list, archives, DICOM files."""

import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from venule.datasets.phantoms import make_phantom, write_phantoms


@pytest.fixture(scope="session")
def desk(tmp_path_factory) -> Path:
    """The folder; tests copy it."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("photographs", "more", "archive", "shards", "arteries", "veins"):
        (folder / name).mkdir()
    for name, seed in (("eye", 1), ("other", 2)):
        phantom = make_phantom(seed, size=640)
        Image.fromarray(phantom.image).save(folder / f"{name}.jpg", quality=95)
        Image.fromarray(phantom.arteries).save(folder / "arteries" / f"{name}.png")
        Image.fromarray(phantom.veins).save(folder / "veins" / f"{name}.png")
        shutil.copy(folder / f"{name}.jpg", folder / "photographs")
        _write_dicom(phantom.image, folder / "archive" / f"{name}.dcm")
    Image.fromarray(make_phantom(3, size=360).image).save(folder / "more" / "third.tif")
    shutil.copy(folder / "archive" / "eye.dcm", folder)
    shutil.copy(folder / "eye.jpg", folder / "photograph.jpg")
    shutil.copy(folder / "arteries" / "eye.png", folder / "a.png")
    shutil.copy(folder / "veins" / "eye.png", folder / "v.png")
    (folder / "cohort.csv").write_text("path,id,person\neye.jpg,ann-left,ann\nother.jpg,ben-left,ben\n")
    with zipfile.ZipFile(folder / "images.zip", "w") as archive:
        archive.write(folder / "eye.jpg", "zipped.jpg")
    with tarfile.open(folder / "shards" / "shard-0.tar.gz", "w:gz") as archive:
        archive.add(folder / "other.jpg", "packed.jpg")
    write_phantoms(folder / "my_photographs", count=4, seed=5, size=256)
    return folder


def _write_dicom(pixels: np.ndarray, path: Path) -> None:
    sc = pytest.importorskip("highdicom.sc")
    uid = pytest.importorskip("pydicom.uid").generate_uid
    image = sc.SCImage(
        pixels, photometric_interpretation="RGB", bits_allocated=8, coordinate_system="PATIENT", laterality="L",
        study_instance_uid=uid(None), series_instance_uid=uid(None), sop_instance_uid=uid(None), series_number=1,
        instance_number=1, manufacturer="venule", patient_orientation=("L", "F"), anatomical_orientation_type="BIPED",
        patient_id="1", patient_name="Phantom^Ann", study_date="20240501", study_time="101500",
    )  # fmt: skip
    image.Modality, image.BurnedInAnnotation = "OP", "NO"
    image.save_as(path)
