"""What kind of file it is, by its first bytes."""

_IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"GIF8", b"RIFF", b"BM")


def is_dicom(data: bytes, *, name: str = "") -> bool:
    """Whether a file is DICOM: by its mark at byte 128, or, without one, by its name.

    Args:
        data: its content.
        name: its name; ".dcm" at its end says what no mark does, unless it begins like an image of another format.
    """
    return data[128:132] == b"DICM" or (name.lower().endswith(".dcm") and not data.startswith(_IMAGES))
