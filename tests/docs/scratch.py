"""What the pages take for granted in the folder where a reader types: photographs, lists, archives, data sets.

All of it is made from a few small phantoms; no real photograph is used.
"""

import gzip
import io
import os
import shutil
import tarfile
import threading
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from venule.datasets.known import ROLES
from venule.datasets.phantoms import make_phantom, write_phantoms
from venule.datasets.registry import KNOWN

SIZE = 360  # pixels across a photograph
RECIPE = (
    "name: tiny\nnetwork: compact\nnetwork_arguments: {widths: [8, 12, 16]}\ndata: [{dataset: DRIVE, split: train}]\n"
)
SETS = {"DRIVE": (565, 584), "CHASE_DB1": (500, 480), "HRF": (600, 400)}  # the last two are smaller than published


class Scratch:
    """Makes everything once, and a copy for each page."""

    def __init__(self, folder: Path) -> None:
        """Make what is small; data sets are made when a page names one."""
        self.folder = folder
        self.small = folder / "small"
        self.phantoms = [make_phantom(seed, size=SIZE) for seed in (1, 2, 3, 4)]
        self.small.mkdir()
        self._making = threading.Lock()
        self._photographs()
        self._archives()
        self._dicom()
        self._drawings()

    def copy_to(self, folder: Path, *, text: str) -> None:
        """Fill a page's folder with what is small, and with the data sets that its text names."""
        shutil.copytree(self.small, folder, symlinks=True, dirs_exist_ok=True)
        (folder / "DATA").mkdir(exist_ok=True)
        for name in SETS:
            if name in text:
                with self._making:
                    made = self._set(name)
                (folder / "DATA" / name).symlink_to(made)
                (folder / name).symlink_to(made)
        if "masks" in text:
            with self._making:
                made = self._masks()
            shutil.copytree(made, folder / "masks", copy_function=os.link)

    def _photographs(self) -> None:
        for number, phantom in enumerate(self.phantoms):
            name = ("eye", "other", "1", "2")[number]
            image = Image.fromarray(phantom.image)
            image.save(self.small / f"{name}.jpg", quality=95)
            if number < 2:
                (self.small / "photographs").mkdir(exist_ok=True)
                image.save(self.small / "photographs" / f"{name}.jpg", quality=95)
        shutil.copy(self.small / "eye.jpg", self.small / "photograph.jpg")
        (self.small / "more").mkdir()
        Image.fromarray(self.phantoms[2].image).save(self.small / "more" / "third.tif")
        rows = (
            "path,id,person",
            "photographs/eye.jpg,ann-left,ann",
            "photographs/other.jpg,ben-left,ben",
            "1.jpg,cy-left,cy",
        )
        (self.small / "cohort.csv").write_text("\n".join(rows) + "\n")

    def _archives(self) -> None:
        with zipfile.ZipFile(self.small / "images.zip", "w") as archive:
            archive.write(self.small / "1.jpg", "one.jpg")
        (self.small / "shards").mkdir()
        for number in (0, 1):
            with tarfile.open(self.small / "shards" / f"shard-{number}.tar.gz", "w:gz") as archive:
                archive.add(self.small / ("2.jpg", "other.jpg")[number], f"{number}.jpg")

    def _dicom(self) -> None:
        (self.small / "archive").mkdir()
        places = ("eye.dcm", "archive/one.dcm", "archive/two.dcm")
        for place, phantom in zip(places, self.phantoms, strict=False):
            (self.small / place).write_bytes(_dicom(phantom.image))

    def _drawings(self) -> None:
        for kind in ("arteries", "veins"):
            folder = self.small / kind
            folder.mkdir()
            for name, phantom in zip(("eye", "other"), self.phantoms, strict=False):
                Image.fromarray(getattr(phantom, kind)).save(folder / f"{name}.png")
            shutil.copy(folder / "eye.png", self.small / f"{kind[0]}.png")
        write_phantoms(self.small / "my_photographs", count=4, seed=5, size=256)
        for name in ("recipe.yaml", "my.yaml"):
            (self.small / name).write_text(RECIPE)

    def _set(self, name: str) -> Path:
        """A copy of a published set in its own layout, every photograph of it the same phantom."""
        folder = self.folder / "sets" / name
        if folder.exists():
            return folder
        known = KNOWN[name.lower()]
        phantom = self.phantoms[0]
        pictures = {"photograph": phantom.image, "fov": phantom.fov.mask}
        written: dict[tuple[str, str], Path] = {}
        for _, _, where in known.entries():
            for role in ROLES:
                for place in getattr(where, role)[:1]:
                    path = folder / place
                    path.parent.mkdir(parents=True, exist_ok=True)
                    like = written.setdefault((role, path.suffix), path)
                    if like != path:
                        os.link(like, path)
                        continue
                    pixels = Image.fromarray(pictures.get(role, phantom.vessels)).convert(
                        "RGB" if role == "photograph" else "L"
                    )
                    _save(pixels.resize(SETS[name]), path)
        return folder

    def _masks(self) -> Path:
        """Masks of another tool for the photographs of CHASE_DB1."""
        folder = self.folder / "masks"
        if not folder.exists():
            folder.mkdir()
            found = np.roll(self.phantoms[0].vessels, 1, axis=0)
            mask = Image.fromarray(found).convert("L").resize(SETS["CHASE_DB1"], Image.Resampling.NEAREST)
            for name, _, _ in KNOWN["chase_db1"].entries():
                mask.save(folder / f"Image_{name}.png")
        return folder


def _save(image: Image.Image, path: Path) -> None:
    packed = path.suffix == ".gz"
    file = io.BytesIO()
    image.save(file, Image.registered_extensions()[Path(path.stem).suffix if packed else path.suffix.lower()])
    path.write_bytes(gzip.compress(file.getvalue(), 1) if packed else file.getvalue())


def _dicom(pixels: np.ndarray) -> bytes:
    """The file of a Secondary Capture of a photograph."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    about = {
        "SOPClassUID": SecondaryCaptureImageStorage, "SOPInstanceUID": generate_uid(None), "Modality": "OP",
        "StudyInstanceUID": generate_uid(None), "SeriesInstanceUID": generate_uid(None), "ConversionType": "WSD",
        "PatientName": "Phantom^Ann", "PatientID": "1", "PatientBirthDate": "", "PatientSex": "O",
        "StudyDate": "20240501", "StudyTime": "101500", "StudyID": "1", "AccessionNumber": "", "SeriesNumber": 1,
        "InstanceNumber": 1, "ReferringPhysicianName": "", "ImageLaterality": "L", "BurnedInAnnotation": "NO",
        "SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0, "Rows": pixels.shape[0],
        "Columns": pixels.shape[1], "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0,
    }  # fmt: skip
    for name, value in about.items():
        setattr(dataset, name, value)
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset["PixelData"].VR = "OB"
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()
