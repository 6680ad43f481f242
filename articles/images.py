"""Pictures: what comes in is decoded, turned upright and written anew. The only importer of PIL."""

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 40_000_000
MIN_SIDE = 200  # pixels; less is an icon, not a picture
WIDTHS = (480, 960, 1600)  # pixels, of the WebP files
OPEN_GRAPH_WIDTH = 1200  # pixels, of the one JPEG that other sites and old readers get
FOLDER = "lead"
WEBP, JPEG = "webp", "jpg"
CONTENT_TYPES = {WEBP: "image/webp", JPEG: "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Picture:
    """An upload as this house wrote it. webp: width in pixels to bytes. jpeg: of width x height
    pixels. Neither carries anything of the upload but its picture."""

    jpeg: bytes
    webp: dict[int, bytes]
    width: int
    height: int


def encode(upload: BinaryIO) -> Picture:
    """Write an uploaded JPEG, PNG or WebP anew in every size that is no larger than it was.

    Orientation is applied; metadata, animation, colour profile and transparency are gone. Raises
    ValidationError (not_an_image, too_many_pixels, too_small).
    """
    image = _decoded(upload)
    webp = {}
    for width in sorted({min(width, image.width) for width in WIDTHS}):
        webp[width] = _written(_resized(image, width), "WEBP", quality=80, method=4)
    small = _resized(image, min(OPEN_GRAPH_WIDTH, image.width))
    jpeg = _written(small, "JPEG", quality=82, optimize=True, progressive=True)
    return Picture(jpeg=jpeg, webp=webp, width=small.width, height=small.height)


def store(picture: Picture, storage: Storage) -> tuple[str, dict[str, str]]:
    """Put a picture's files in their place: the JPEG's name, and WebP names by width.

    A name is the hash of what it names, so that a file never changes and may be cached for ever.
    """
    sizes = {str(width): _kept(data, WEBP, storage) for width, data in picture.webp.items()}
    return _kept(picture.jpeg, JPEG, storage), sizes


def _kept(data: bytes, kind: str, storage: Storage) -> str:
    name = f"{FOLDER}/{hashlib.sha256(data).hexdigest()[:32]}.{kind}"
    return name if storage.exists(name) else storage.save(name, ContentFile(data))


def _decoded(upload: BinaryIO) -> Image.Image:
    """The first frame, upright, in sRGB, on white."""
    unreadable = ValidationError(
        _("This is not a picture that can be read. Use JPEG, PNG or WebP."), code="not_an_image"
    )
    too_large = ValidationError(
        _("The picture has too many pixels; the limit is %(limit)d million."),
        code="too_many_pixels",
        params={"limit": MAX_PIXELS // 1_000_000},
    )
    try:
        upload.seek(0)
        image = Image.open(upload, formats=FORMATS)
        # The header alone is read so far: a bomb is refused before it is unpacked.
        if image.width * image.height > MAX_PIXELS:
            raise too_large
        image.load()
        image = _upright_srgb(image)
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise too_large from error
    # A decoder meets a broken file in any way its code can.
    except Exception as error:
        raise unreadable from error
    if min(image.size) < MIN_SIDE:
        raise ValidationError(
            _("The picture is too small: each side needs at least %(side)d pixels."),
            code="too_small",
            params={"side": MIN_SIDE},
        )
    return image


def _upright_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        # Pillow clips 16 bits to white instead of scaling them.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _to_srgb(image, profile)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    image = image.convert("RGB")
    image.info.clear()
    return image


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        return ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        return image  # colours a little off are better than no picture


def _resized(image: Image.Image, width: int) -> Image.Image:
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _written(image: Image.Image, form: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()
