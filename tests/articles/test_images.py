import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from PIL import Image, ImageCms

from accounts.errors import Forbidden
from articles import images, lead_images
from articles.models import LeadImage
from tests.factories import make_article, make_user


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(image: Image.Image, form: str = "JPEG", **options) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out


def plain(size=(2000, 1000), mode="RGB", colour="teal") -> Image.Image:
    return Image.new(mode, size, colour)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def png_of(width: int, height: int) -> io.BytesIO:
    """A few bytes that claim to be a picture of this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_written_anew_in_every_size(form):
    picture = images.encode(upload(plain(), form))
    assert {width: opened(data).size for width, data in picture.webp.items()} == {
        480: (480, 240),
        960: (960, 480),
        1600: (1600, 800),
    }
    assert {opened(data).format for data in picture.webp.values()} == {"WEBP"}
    assert opened(picture.jpeg).format == "JPEG"
    assert (picture.width, picture.height) == opened(picture.jpeg).size == (1200, 600)


def test_no_size_is_larger_than_the_picture_was():
    picture = images.encode(upload(plain((700, 500))))
    assert sorted(picture.webp) == [480, 700]
    assert picture.width == 700


def test_metadata_is_gone_and_orientation_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned a quarter
    exif[0x010F] = "a camera with a serial number"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    picture = images.encode(upload(plain((900, 600)), exif=exif.tobytes(), comment=b"secret"))
    for data in (picture.jpeg, *picture.webp.values()):
        image = opened(data)
        assert image.height > image.width
        assert not image.getexif()
        assert b"serial" not in data
        assert b"secret" not in data


def test_transparency_is_laid_on_white():
    picture = images.encode(upload(plain((400, 400), "RGBA", (0, 0, 0, 0)), "PNG"))
    assert opened(picture.jpeg).convert("RGB").getpixel((200, 200)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "I;16", "LA"])
def test_every_kind_of_pixel_becomes_colour(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    middle = 32_768 if mode == "I;16" else None
    source = Image.new(mode, (400, 400), middle) if middle else plain((400, 400)).convert(mode)
    picture = images.encode(upload(source, form))
    assert opened(picture.jpeg).mode == "RGB"
    if middle:
        assert opened(picture.jpeg).getpixel((9, 9)) == pytest.approx((127, 127, 127), abs=2)


def test_a_colour_profile_is_turned_into_srgb():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = images.encode(upload(plain((400, 400), colour=(200, 100, 50)), icc_profile=lab))
    assert "icc_profile" not in opened(picture.jpeg).info
    assert opened(picture.jpeg).getpixel((9, 9)) == pytest.approx((200, 100, 50), abs=6)


def test_a_broken_profile_does_not_matter():
    assert images.encode(upload(plain((400, 400)), icc_profile=b"nonsense")).width == 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xff\xd8\xff\xe0 not a picture",
        upload(plain()).getvalue()[:2000],
        upload(plain(), "GIF").getvalue(),
        upload(plain(), "TIFF").getvalue(),
        upload(plain(), "PNG").getvalue()[:-40],
        b"%PDF-1.4",
    ],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ValidationError) as refused:
        images.encode(io.BytesIO(data))
    assert refused.value.code == "not_an_image"


@pytest.mark.parametrize("size", [(100_000, 100_000), (8_000, 6_000), (2**31 - 1, 1)])
def test_a_picture_too_large_to_unpack_is_refused_by_its_header(size):
    with pytest.raises(ValidationError) as refused:
        images.encode(png_of(*size))
    assert refused.value.code == "too_many_pixels"


def test_an_icon_is_refused():
    with pytest.raises(ValidationError) as refused:
        images.encode(upload(plain((64, 64))))
    assert refused.value.code == "too_small"


def test_an_animation_becomes_its_first_frame():
    frames = [plain((400, 400), colour=colour) for colour in ("red", "blue")]
    picture = images.encode(upload(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    assert getattr(opened(picture.webp[400]), "n_frames", 1) == 1
    assert opened(picture.jpeg).getpixel((9, 9))[0] > 240


# --- on an article --------------------------------------------------------------------------


@pytest.fixture
def editor(db):
    return make_user(role="editor")


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """Runs what waits for a commit at once: the test's own transaction never commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def picture(colour="teal") -> images.Picture:
    return images.encode(upload(plain((700, 500), colour=colour)))


def given(editor, article, **more):
    facts = {"alt": "A teal field", "picture": picture(), **more}
    return lead_images.set_lead_image(actor=editor, article=article, **facts)


def test_the_article_has_it_with_every_size(editor):
    article = make_article()
    image = given(editor, article, credit="  A   hand ")
    article.refresh_from_db()
    assert article.lead_image == image
    assert (image.credit, image.width, image.height) == ("A hand", 700, 500)
    assert sorted(image.sizes, key=int) == ["480", "700"]
    for name in (image.file.name, *image.sizes.values()):
        assert default_storage.exists(name)
    assert "480w" in image.srcset


@pytest.mark.parametrize("alt", ["", "   ", "\u200b"])
def test_alternative_text_is_needed(alt, editor):
    with pytest.raises(ValidationError):
        given(editor, make_article(), alt=alt)
    assert not LeadImage.objects.exists()


def test_only_editors_give_and_take_pictures(editor):
    article = make_article()
    with pytest.raises(Forbidden):
        given(make_user(), article)
    with pytest.raises(Forbidden):
        lead_images.remove_lead_image(actor=make_user(), article=article)
    assert not LeadImage.objects.exists()


def test_other_words_keep_the_picture(editor):
    article = make_article()
    before = given(editor, article)
    after = given(editor, article, picture=None, alt="Another word for it")
    assert (before.pk, before.file.name) == (after.pk, after.file.name)
    assert LeadImage.objects.get().alt == "Another word for it"


def test_words_without_a_picture_are_refused(editor):
    with pytest.raises(ValidationError):
        given(editor, make_article(), picture=None)


def test_a_replaced_picture_goes_with_its_files(editor, commits):
    article = make_article()
    old = given(editor, article)
    with commits():
        new = given(editor, article, picture=picture("plum"))
    assert LeadImage.objects.get() == new
    assert not default_storage.exists(old.file.name)
    assert default_storage.exists(new.file.name)


def test_the_same_picture_on_two_articles_stays_while_one_shows_it(editor, commits):
    first, second = make_article(), make_article()
    image, _twin = given(editor, first), given(editor, second)
    with commits():
        lead_images.remove_lead_image(actor=editor, article=first)
    assert default_storage.exists(image.file.name)
    with commits():
        lead_images.remove_lead_image(actor=editor, article=second)
    assert not default_storage.exists(image.file.name)
    assert not LeadImage.objects.exists()


def test_its_files_are_served_for_ever_and_never_sniffed(client, editor, commits):
    image = given(editor, make_article())
    for name, kind in ((image.file.url, "image/jpeg"), (image.srcset.split()[0], "image/webp")):
        response = client.get(name)
        assert response.status_code == 200
        assert response["Content-Type"] == kind
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert opened(b"".join(response.streaming_content)).format.lower() in kind


@pytest.mark.parametrize(
    "name",
    [
        "../secret_key",
        "..%2fsecret_key",
        "%2e%2e/%2e%2e/etc/passwd",
        "x.svg",
        "0" * 32 + ".webp",
        "0" * 32 + ".html",
        "0" * 32 + ".webp/..",
        "a%00b",
    ],
)
def test_nothing_else_is_served(client, settings, name, editor):
    (settings.MEDIA_ROOT / "secret_key").write_text("x")
    assert client.get(f"/media/lead/{name}").status_code == 404
