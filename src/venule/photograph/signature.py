"""Recognise DICOM files."""

_IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"GIF8", b"RIFF", b"BM")


def is_dicom(data: bytes, *, name: str = "") -> bool:
    """Whether a file is DICOM, by its mark at byte 128 or by its name.

    Args:
        data: its content.
        name: its name; a file without the mark is DICOM if its name ends in ".dcm" and it does not begin like another
            image format.
    """
    return data[128:132] == b"DICM" or (name.lower().endswith(".dcm") and not data.startswith(_IMAGES))
