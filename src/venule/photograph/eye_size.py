"""How much of the retina a photograph can show: by this, a scale that cannot be is recognised."""

MM_PER_DEGREE = 0.29  # of the retina of an eye of usual length; 0.25 to 0.36 for eyes of 21 to 30 mm
# Millimetres of the retina across the field of view: cameras show 17 to 90 degrees, 5 to 25 mm. 2.5 times as much is
# still believed, and as much less: eyes differ in length by a quarter, cameras of the widest field show 50 mm, and a
# photograph may be cut to a part of its field. Mistaken units are farther off: radians by 57, millimetres by 1,000.
LEAST, MOST = 5.0 / 2.5, 25.0 * 2.5
WIDEST = 200.0  # degrees that the widest cameras see


def scale_error(
    *, um_per_pixel: float | None = None, field_degrees: float | None = None, fov_diameter: float | None = None
) -> str:
    """What is wrong with a scale: "" if an eye can show as much as the scale makes the field of view.

    Args:
        um_per_pixel: micrometres of the retina for a pixel of the photograph; needs `fov_diameter`.
        field_degrees: angle that the field of view spans.
        fov_diameter: of the field of view, in pixels of the photograph.

    Example:
        >>> scale_error(um_per_pixel=9.3, fov_diameter=1200)
        ''
        >>> scale_error(um_per_pixel=0.0093, fov_diameter=1200)
        '0.0093 um per pixel makes a field of view of 1,200 pixels 0.0112 mm wide, and an eye shows 5 to 25 mm'
    """
    if field_degrees is not None:
        if LEAST / MM_PER_DEGREE <= field_degrees <= WIDEST:
            return ""
        return f"{field_degrees:g} degrees is not the field of a camera: these see 17 to 90, the widest 200"
    if um_per_pixel is None or fov_diameter is None or LEAST <= um_per_pixel * fov_diameter / 1000 <= MOST:
        return ""
    return (
        f"{um_per_pixel:g} um per pixel makes a field of view of {fov_diameter:,.0f} pixels "
        f"{um_per_pixel * fov_diameter / 1000:.3g} mm wide, and an eye shows 5 to 25 mm"
    )
