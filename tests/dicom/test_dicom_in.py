"""DICOM photographs are read as they were drawn, in every way that DICOM can write them."""

import io
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("pydicom", reason="needs the extra dicom")
from dicom_files import (
    as_file,
    as_ybr,
    encapsulated,
    jpeg,
    jpeg_dataset,
    photograph_dataset,
    secondary_capture,
    without_meta,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import uid
from pydicom.pixels.utils import compress

from venule.errors import PhotographError
from venule.photograph import decode
from venule.photograph.dicom import Facts, facts_of, read_header

ROWS, COLUMNS = np.mgrid[0:80, 0:100]
SMOOTH = np.dstack([ROWS * 2 + 40, COLUMNS + 50, ROWS + COLUMNS // 2]).astype(np.uint8)
GREY = SMOOTH[..., 0]
DEEP = (ROWS * 50 + 80).astype(np.uint16)  # 12 bits: from 80 to 4030


def reason_of(data, **options):
    with pytest.raises(PhotographError) as caught:
        decode(data, **options)
    return caught.value.reason


@pytest.mark.parametrize("pixels", [SMOOTH, GREY], ids=["colour", "grey"])
@pytest.mark.parametrize(
    "syntax",
    [
        uid.ImplicitVRLittleEndian,
        uid.ExplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
        uid.DeflatedExplicitVRLittleEndian,
    ],
    ids=lambda syntax: syntax.name,
)
def test_every_uncompressed_transfer_syntax_gives_the_pixels_that_were_drawn(syntax, pixels):
    read = decode(as_file(photograph_dataset(pixels), syntax=syntax))
    np.testing.assert_array_equal(read, np.broadcast_to(pixels.reshape(80, 100, -1), (80, 100, 3)))


@pytest.mark.parametrize("pixels", [SMOOTH, GREY], ids=["colour", "grey"])
@pytest.mark.parametrize(
    "syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless], ids=lambda syntax: syntax.name
)
def test_every_lossless_transfer_syntax_gives_the_pixels_that_were_drawn(syntax, pixels):
    dataset = photograph_dataset(pixels)
    compress(dataset, syntax)
    np.testing.assert_array_equal(decode(as_file(dataset)), np.broadcast_to(pixels.reshape(80, 100, -1), (80, 100, 3)))


@pytest.mark.parametrize(
    "syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless], ids=lambda syntax: syntax.name
)
def test_compressed_twelve_bits_keep_their_highest_eight(syntax):
    dataset = photograph_dataset(DEEP, bits=12)
    compress(dataset, syntax)
    np.testing.assert_array_equal(decode(as_file(dataset))[..., 0], DEEP >> 4)


@pytest.mark.parametrize("encoder", [["gdcmconv", "--jpeg"], ["dcmcjpeg", "+e1"], ["dcmcjpeg", "+el"]])
@pytest.mark.parametrize("pixels", [SMOOTH, GREY, DEEP], ids=["colour", "grey", "12 bits"])
def test_lossless_jpeg_of_other_programs_gives_the_pixels_that_were_drawn(encoder, pixels, tmp_path):
    if not shutil.which(encoder[0]):
        pytest.skip(f"needs {encoder[0]}")
    (tmp_path / "in.dcm").write_bytes(as_file(photograph_dataset(pixels, bits=12 if pixels is DEEP else 8)))
    subprocess.run([*encoder, tmp_path / "in.dcm", tmp_path / "out.dcm"], check=True, capture_output=True)
    expected = pixels >> 4 if pixels is DEEP else pixels
    read = decode(tmp_path / "out.dcm")
    np.testing.assert_array_equal(read, np.broadcast_to(expected.reshape(80, 100, -1), (80, 100, 3)))


def test_a_deep_lossless_jpeg_that_ends_early_is_broken_and_ends_nothing(tmp_path):
    if not shutil.which("dcmcjpeg"):
        pytest.skip("needs dcmcjpeg")
    (tmp_path / "in.dcm").write_bytes(as_file(photograph_dataset(DEEP, bits=12)))
    subprocess.run(["dcmcjpeg", "+e1", tmp_path / "in.dcm", tmp_path / "out.dcm"], check=True, capture_output=True)
    data = bytearray((tmp_path / "out.dcm").read_bytes())
    scan, end = data.index(b"\xff\xda") + 60, data.rindex(b"\xff\xd9")
    data[scan:end] = b"\xff\xd9" + bytes(end - scan - 2)
    assert reason_of(bytes(data)) == "broken-image"


@pytest.mark.parametrize("pixels", [SMOOTH, GREY], ids=["colour", "grey"])
def test_baseline_jpeg_gives_nearly_the_pixels_that_were_drawn(pixels):
    read = decode(as_file(jpeg_dataset(pixels)))
    assert np.abs(read.astype(int) - pixels.reshape(80, 100, -1)).max() <= 6


@pytest.mark.parametrize("encoder", [["dcmcjpeg", "+eb"], ["dcmcjpeg", "+ee"], ["dcmcjpls", "+en"]])
def test_lossy_pictures_of_other_programs_are_nearly_those_that_were_drawn(encoder, tmp_path):
    if not shutil.which(encoder[0]):
        pytest.skip(f"needs {encoder[0]}")
    (tmp_path / "in.dcm").write_bytes(as_file(photograph_dataset(SMOOTH)))
    subprocess.run([*encoder, tmp_path / "in.dcm", tmp_path / "out.dcm"], check=True, capture_output=True)
    assert np.abs(decode(tmp_path / "out.dcm").astype(int) - SMOOTH).max() <= 8


def test_lossy_jpeg_2000_is_nearly_what_was_drawn():
    dataset = photograph_dataset(SMOOTH)
    compress(dataset, uid.JPEG2000, j2k_cr=[4])
    assert np.abs(decode(as_file(dataset)).astype(int) - SMOOTH).max() <= 8


@pytest.mark.parametrize("pixels", [SMOOTH, GREY, DEEP], ids=["colour", "grey", "12 bits"])
@pytest.mark.parametrize(
    ("syntax", "options", "off"),
    [
        (uid.HTJ2KLossless, ["-reversible", "true"], 0),
        (uid.HTJ2KLosslessRPCL, ["-reversible", "true", "-prog_order", "RPCL"], 0),
        (uid.HTJ2K, ["-qstep", "0.004"], 8),
    ],
    ids=["lossless", "lossless, by resolution", "lossy"],
)
def test_high_throughput_jpeg_2000_is_what_was_drawn(syntax, options, off, pixels, tmp_path):
    if not shutil.which("ojph_compress"):
        pytest.skip("needs ojph_compress (Debian: openjph-tools)")
    drawn, out = tmp_path / ("in.ppm" if pixels.ndim == 3 else "in.pgm"), tmp_path / "out.j2c"
    deepest = 4095 if pixels is DEEP else 255
    head = f"P{6 if pixels.ndim == 3 else 5}\n100 80\n{deepest}\n".encode()
    drawn.write_bytes(head + (pixels.astype(">u2") if pixels is DEEP else pixels).tobytes())
    subprocess.run(["ojph_compress", "-i", drawn, "-o", out, *options], check=True, capture_output=True)
    dataset = photograph_dataset(pixels, bits=12 if pixels is DEEP else 8)
    colour = {"PhotometricInterpretation": "YBR_ICT" if off else "YBR_RCT"} if pixels.ndim == 3 else {}
    read = decode(as_file(encapsulated(dataset, [out.read_bytes()], syntax, **colour))).astype(int)
    expected = pixels >> 4 if pixels is DEEP else pixels
    assert np.abs(read - expected.reshape(80, 100, -1)).max() <= off


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_the_highest_eight_of_the_bits_stored_are_kept(bits):
    deep = (DEEP.astype(int) << 4 >> (16 - bits)).astype(np.uint16)
    read = decode(as_file(photograph_dataset(deep, bits=bits)))
    np.testing.assert_array_equal(read[..., 1], deep >> (bits - 8))


def test_deep_colour_keeps_its_highest_bits():
    deep = (SMOOTH.astype(np.uint16) << 8) + 77
    np.testing.assert_array_equal(decode(as_file(photograph_dataset(deep, bits=16))), SMOOTH)


@pytest.mark.parametrize(("bits", "pixels"), [(8, GREY), (12, DEEP)])
def test_white_as_zero_is_turned_round(bits, pixels):
    read = decode(as_file(photograph_dataset(pixels, bits=bits, photometric="MONOCHROME1")))
    np.testing.assert_array_equal(read[..., 2], (2**bits - 1 - pixels.astype(int)) >> (bits - 8))


def test_ybr_becomes_rgb():
    read = decode(as_file(photograph_dataset(as_ybr(SMOOTH), photometric="YBR_FULL")))
    assert np.abs(read.astype(int) - SMOOTH).max() <= 2


def test_colour_by_plane_is_colour():
    planes = np.ascontiguousarray(SMOOTH.transpose(2, 0, 1))
    dataset = photograph_dataset(SMOOTH, PlanarConfiguration=1, PixelData=planes.tobytes())
    np.testing.assert_array_equal(decode(as_file(dataset)), SMOOTH)


@pytest.mark.parametrize("bits", [8, 16])
def test_palette_colours_are_looked_up(bits):
    palette = np.random.default_rng(0).integers(0, 256, (256, 3)).astype(np.uint8)
    tables = {}
    for number, name in enumerate(("Red", "Green", "Blue")):
        entries = palette[:, number].astype(np.uint16) * (257 if bits == 16 else 1)
        tables[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, bits]
        tables[f"{name}PaletteColorLookupTableData"] = entries.astype(np.uint16 if bits == 16 else np.uint8).tobytes()
    dataset = photograph_dataset(GREY, photometric="PALETTE COLOR", **tables)
    np.testing.assert_array_equal(decode(as_file(dataset)), palette[GREY])


@pytest.mark.parametrize("compressed", [False, True])
def test_of_several_frames_none_is_taken_for_the_photograph(compressed):
    dataset = photograph_dataset(SMOOTH, frames=3)
    if compressed:
        compress(dataset, uid.RLELossless)
    with pytest.raises(PhotographError, match="3 frames") as caught:
        decode(as_file(dataset))
    assert caught.value.reason == "several-pages"


# Patient Orientation of what is stored, and how an upright photograph is stored then: PS3.3 C.7.6.1.1.1.
STORED = {
    ("L", "F"): lambda image: image,
    ("R", "F"): lambda image: image[:, ::-1],
    ("R", "H"): lambda image: image[::-1, ::-1],
    ("L", "H"): lambda image: image[::-1],
    ("F", "L"): lambda image: image.swapaxes(0, 1),
    ("F", "R"): lambda image: np.rot90(image, 1),
    ("H", "R"): lambda image: image[::-1, ::-1].swapaxes(0, 1),
    ("H", "L"): lambda image: np.rot90(image, -1),
}


@pytest.mark.parametrize("orientation", STORED)
def test_a_mirrored_or_turned_photograph_comes_out_as_it_was_seen(orientation):
    stored = np.ascontiguousarray(STORED[orientation](SMOOTH))
    dataset = photograph_dataset(stored, PatientOrientation=list(orientation))
    np.testing.assert_array_equal(decode(as_file(dataset)), SMOOTH)


@pytest.mark.parametrize("said", [None, "", "L", ["A", "F"], ["L", "R"], ["L", "F", "H"]])
def test_an_orientation_that_says_nothing_turns_nothing(said):
    np.testing.assert_array_equal(decode(as_file(photograph_dataset(SMOOTH, PatientOrientation=said))), SMOOTH)


def test_the_orientation_inside_a_compressed_frame_is_not_that_of_the_photograph():
    exif = Image.Exif()
    exif[274] = 6
    dataset = encapsulated(photograph_dataset(SMOOTH), [jpeg(SMOOTH, exif=exif)], uid.JPEGBaseline8Bit)
    assert decode(as_file(dataset)).shape == SMOOTH.shape


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL_422"])
def test_rgb_jpeg_without_adobes_marker_is_whole(photometric):
    frame = jpeg(SMOOTH, keep_rgb=True)
    start = frame.index(b"\xff\xee")
    frame = frame[:start] + frame[start + 2 + int.from_bytes(frame[start + 2 : start + 4], "big") :]
    dataset = encapsulated(
        photograph_dataset(SMOOTH), [frame], uid.JPEGBaseline8Bit, PhotometricInterpretation=photometric
    )
    assert np.abs(decode(as_file(dataset)).astype(int) - SMOOTH).max() <= 6


def test_a_compressed_frame_with_a_lost_part_is_damaged():
    noisy = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    frame = jpeg(noisy)
    frame = frame[: len(frame) // 2] + bytes(64) + frame[len(frame) // 2 + 64 :]
    with pytest.raises(PhotographError) as caught:
        decode(as_file(encapsulated(photograph_dataset(noisy), [frame], uid.JPEGBaseline8Bit)))
    assert caught.value.reason == "broken-image"


@pytest.mark.parametrize(
    "kind",
    [
        uid.SecondaryCaptureImageStorage,
        uid.MultiFrameTrueColorSecondaryCaptureImageStorage,
        uid.WideFieldOphthalmicPhotographyStereographicProjectionImageStorage,
        uid.WideFieldOphthalmicPhotography3DCoordinatesImageStorage,
    ],
    ids=lambda kind: kind.name,
)
def test_secondary_captures_and_wide_fields_are_photographs_too(kind):
    np.testing.assert_array_equal(decode(as_file(secondary_capture(SMOOTH, SOPClassUID=kind))), SMOOTH)


def test_a_file_without_preamble_is_known_by_its_name(tmp_path):
    data = without_meta(photograph_dataset(SMOOTH))
    (tmp_path / "OLD.DCM").write_bytes(data)
    np.testing.assert_array_equal(decode(tmp_path / "OLD.DCM"), SMOOTH)
    assert reason_of(data) == "not-an-image"


def test_a_png_that_is_called_dcm_is_read_as_what_it_is(tmp_path):
    from PIL import Image

    Image.fromarray(SMOOTH).save(tmp_path / "x.png")
    (tmp_path / "x.png").rename(tmp_path / "x.dcm")
    np.testing.assert_array_equal(decode(tmp_path / "x.dcm"), SMOOTH)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"SOPClassUID": uid.OphthalmicTomographyImageStorage, "Modality": "OPT"}, "other-modality"),
        ({"SOPClassUID": uid.CTImageStorage, "Modality": "CT"}, "other-modality"),
        ({"SOPClassUID": uid.SecondaryCaptureImageStorage, "Modality": "MR"}, "other-modality"),
        ({"SOPClassUID": None}, "other-modality"),
        ({"BurnedInAnnotation": "YES"}, "burned-in-annotation"),
        ({"PixelRepresentation": 1}, "unsupported-mode"),
        ({"PhotometricInterpretation": "YBR_PARTIAL_420"}, "unsupported-mode"),
        ({"Rows": 40}, "too-small"),
        ({"Rows": 60_000, "Columns": 60_000}, "too-large"),
        ({"Rows": 200}, "broken-image"),
        ({"Rows": None}, "broken-image"),
    ],
)
def test_what_is_no_photograph_of_a_retina_has_a_reason(changes, reason):
    dataset = photograph_dataset(SMOOTH)
    for name, value in changes.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    data = io.BytesIO()
    dataset.save_as(data)
    with pytest.raises(PhotographError, match=r"eye7\.dcm") as caught:
        decode(data.getvalue(), name="eye7.dcm")
    assert caught.value.reason == reason


def test_dicom_without_pixels_is_no_image():
    dataset = photograph_dataset(SMOOTH, SOPClassUID=uid.EnhancedSRStorage)
    del dataset.PixelData
    assert reason_of(as_file(dataset)) == "not-an-image"


def test_a_video_is_refused_by_name():
    dataset = encapsulated(photograph_dataset(SMOOTH), [b"\0\0\1\xb3" * 8], uid.MPEG2MPML)
    with pytest.raises(PhotographError, match="MPEG2"):
        decode(as_file(dataset))


def test_a_jpeg_2000_without_pixels_does_not_hang_the_program():
    file = io.BytesIO()
    Image.fromarray(SMOOTH).save(file, "JPEG2000")  # in boxes, the first of which are the kind and the header
    frame = bytearray(file.getvalue())
    frame[32:36] = bytes(4)  # the header's length
    assert frame[36:40] == b"jp2h"
    assert reason_of(as_file(encapsulated(photograph_dataset(SMOOTH), [bytes(frame)], uid.JPEG2000Lossless))) == (
        "broken-image"
    )


def test_a_frame_that_says_it_is_larger_than_its_file_takes_no_memory():
    dataset = photograph_dataset(SMOOTH)
    compress(dataset, uid.JPEG2000Lossless)
    frame = dataset.PixelData
    start = frame.index(b"\xff\x4f\xff\x51") + 8
    dataset.PixelData = frame[:start] + (60_000).to_bytes(4, "big") * 2 + frame[start + 8 :]
    assert reason_of(as_file(dataset)) == "broken-image"


def test_what_unpacks_to_far_more_than_a_photograph_is_refused():
    dataset = photograph_dataset(SMOOTH)
    dataset.add_new(0x00091001, "OB", bytes(60_000_000))
    assert reason_of(as_file(dataset, syntax=uid.DeflatedExplicitVRLittleEndian), max_pixels=8_000) == "too-large"


SYNTAXES = (
    uid.ImplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian, uid.RLELossless, uid.JPEGBaseline8Bit,
    uid.JPEGLSLossless, uid.JPEG2000Lossless,
)  # fmt: skip


@pytest.fixture(scope="module")
def files():
    """A file of each of them."""
    made = []
    for syntax in SYNTAXES:
        dataset = jpeg_dataset(SMOOTH) if syntax == uid.JPEGBaseline8Bit else photograph_dataset(SMOOTH)
        if syntax.is_encapsulated and syntax != uid.JPEGBaseline8Bit:
            compress(dataset, syntax)
        made.append(as_file(dataset, syntax=syntax))
    return made


@settings(max_examples=120, deadline=None, derandomize=True)
@given(kind=st.integers(0, len(SYNTAXES) - 1), share=st.floats(0, 0.995))
def test_a_file_that_is_cut_short_is_never_half_a_photograph(files, kind, share):
    data = files[kind]
    cut = data[: int(len(data) * share)]
    try:
        read = decode(cut or b"\0", name="cut.dcm")
    except PhotographError as error:
        assert error.reason in {"broken-image", "not-an-image", "other-modality"}  # noqa: PT017
    else:  # only what comes after the pixels is missing
        np.testing.assert_array_equal(read, decode(data))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    kind=st.integers(0, len(SYNTAXES) - 1), flips=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=6)
)
def test_flipped_bits_give_a_photograph_or_a_reason(files, kind, flips):
    data = bytearray(files[kind])
    for place in flips:
        bit = int(place * len(data) * 8)
        data[bit // 8] ^= 1 << bit % 8
    try:
        read = decode(bytes(data), name="flipped.dcm", max_pixels=10**6)
    except PhotographError as error:
        assert "flipped.dcm" in str(error)  # noqa: PT017
    else:
        assert read.dtype == np.uint8
        assert read.shape[2] == 3


@pytest.mark.parametrize(
    ("dataset", "facts"),
    [
        (photograph_dataset(SMOOTH), Facts("R", 7.5, 45.0)),
        (photograph_dataset(SMOOTH, ImageLaterality="L", PixelSpacing=None), Facts("L", None, 45.0)),
        (photograph_dataset(SMOOTH, ImageLaterality=None, Laterality="B", HorizontalFieldOfView=None), Facts("B", 7.5)),
        (photograph_dataset(SMOOTH, PixelSpacing=[0.0075, 0.009]), Facts("R", None, 45.0)),
        (photograph_dataset(SMOOTH, PixelSpacing=[0.0075]), Facts("R", None, 45.0, ("PixelSpacing",))),
        (photograph_dataset(SMOOTH, PixelSpacing=[-1, -1]), Facts("R", None, 45.0, ("PixelSpacing",))),
        (
            photograph_dataset(SMOOTH, PixelSpacing=[0, 0], HorizontalFieldOfView=float("nan")),
            Facts("R", None, None, ("PixelSpacing", "HorizontalFieldOfView")),
        ),
        (secondary_capture(SMOOTH), Facts("R", None, 45.0)),
        (secondary_capture(SMOOTH, PixelSpacingCalibrationType="GEOMETRY"), Facts("R", 7.5, 45.0)),
    ],
)
def test_scale_and_eye_are_what_the_file_says_and_nothing_else(dataset, facts):
    assert facts_of(read_header(as_file(dataset), name="x"), name="x") == facts


@pytest.mark.parametrize("said", [b"0.0075\\abc", b"abc", b"0,0075\\0,0075", b"\\", b"1e999\\1e999", b"-\\-"])
def test_a_scale_in_words_is_no_scale_and_no_reason_to_lose_the_photograph(said):
    data = as_file(photograph_dataset(SMOOTH, PixelSpacing=[0.12345, 0.12345]))
    said = said.ljust(15, b" ")
    assert data.count(b"0.12345\\0.12345") == 1
    data = data.replace(b"0.12345\\0.12345", said)
    np.testing.assert_array_equal(decode(data), SMOOTH)
    facts = facts_of(read_header(data, name="x"), name="x")
    assert facts.micrometres_per_pixel is None
    assert "PixelSpacing" in facts.malformed


def test_other_files_are_segmented_without_pydicom(tmp_path):
    code = (
        "import sys, venule, numpy; from venule.photograph import decode; from PIL import Image; "
        "Image.fromarray(numpy.zeros((80, 100), numpy.uint8)).save('x.png'); decode('x.png'); "
        "import venule.workflows, venule.cli.main; "
        "assert not {'pydicom', 'highdicom'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
