"""Draws the lead pictures of the demo articles, the same every time.

`python articles/demo/images/draw.py [NAME ...]` writes NAME.jpg beside this file, 1600 by 900
pixels, for each picture named, or for all of them. Needs Pillow alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import cos, exp, hypot, pi, sin
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1600, 900)
# Drawn larger and shrunk, because Pillow's shapes have hard edges.
SCALE = 2
WIDTH, HEIGHT = SIZE[0] * SCALE, SIZE[1] * SCALE

INK = "#26333d"
PAPER = "#e3dacb"
RED = "#bf5540"
OCHRE = "#d3a24c"

Point = tuple[float, float]


def labels() -> Image.Image:
    """A flock of dots, a few of them framed."""
    chance = Random(41)
    picture = _gradient([(0, "#e6ddcf"), (1, "#d8cdbb")])
    draw = ImageDraw.Draw(picture, "RGBA")
    birds = sorted((_bird(chance) for _ in range(2400)), key=lambda bird: bird[2])
    for x, y, radius, shade in birds:
        box = (x - radius * 1.25, y - radius * 0.85, x + radius * 1.25, y + radius * 0.85)
        draw.ellipse(box, fill=(38, 51, 61, shade))
    framed: list[Point] = []
    for x, y, radius, _shade in birds[-260:]:
        apart = all(hypot(x - a, y - b) > 430 for a, b in framed)
        if apart and 200 < x < WIDTH - 200 and 200 < y < HEIGHT - 200 and len(framed) < 8:
            framed.append((x, y))
            half = radius + 26
            draw.rectangle((x - half, y - half, x + half, y + half), outline=RED, width=5)
            draw.line((x + half, y - half, x + half + 46, y - half - 30), fill=RED, width=4)
    return picture


def _bird(chance: Random) -> tuple[float, float, float, int]:
    along = chance.betavariate(1.3, 1.3)
    # Two swellings with a waist between them, as starlings make when they turn.
    swelling = 0.25 + sin(2 * pi * along) ** 2 * (1.25 if along > 0.5 else 0.8)
    across = chance.triangular(-1, 1) * 430 * swelling + chance.gauss(0, 26)
    middle = 0.5 + 0.17 * sin(1.9 * pi * along + 0.2)
    near = chance.betavariate(1.3, 5)
    x = WIDTH * (0.05 + 0.9 * along) + 0.35 * across + chance.gauss(0, 30)
    return x, HEIGHT * middle + across, 5 + 24 * near, int(110 + 140 * near)


def waiting() -> Image.Image:
    """A row of empty chairs; a screen glows over one."""
    picture = _gradient([(0, "#8ea395"), (0.78, "#7b9184"), (0.7801, "#5d7167"), (1, "#53665d")])
    screen = (WIDTH * 0.664, HEIGHT * 0.25)
    _glow(picture, screen, 560, (246, 228, 176), 0.62)
    _glow(picture, screen, 240, (252, 240, 205), 0.75)
    draw = ImageDraw.Draw(picture, "RGBA")
    x, y = screen
    draw.rounded_rectangle((x - 46, y - 84, x + 46, y + 84), 18, fill="#fbf1d6")
    for line, length in enumerate((52, 52, 30)):
        top = y - 44 + 32 * line
        draw.rounded_rectangle((x - 26, top, x - 26 + length, top + 9), 4, fill="#c9b98a")
    for place in range(7):
        _chair(draw, WIDTH * (0.124 + 0.12533 * place) - 1, lit=place == 4)
    return picture


def _chair(draw: ImageDraw.ImageDraw, x: float, *, lit: bool) -> None:
    seat = HEIGHT * 0.66
    colour = "#3f5f56" if lit else "#2e4842"
    draw.ellipse((x - 190, seat + 262, x + 190, seat + 306), fill=(30, 44, 40, 70))
    for side in (-1, 1):
        draw.line((x + side * 112, seat, x + side * 132, seat + 282), fill="#22352f", width=13)
        draw.line((x + side * 84, seat - 110, x + side * 84, seat), fill="#22352f", width=13)
    draw.rounded_rectangle((x - 128, seat - 330, x + 128, seat - 84), 46, fill=colour)
    draw.rounded_rectangle((x - 142, seat - 26, x + 142, seat + 34), 28, fill=colour)
    if lit:
        draw.arc((x - 128, seat - 330, x - 36, seat - 238), 180, 270, fill="#cdbf94", width=7)
        draw.arc((x + 36, seat - 330, x + 128, seat - 238), 270, 360, fill="#cdbf94", width=7)
        draw.line((x - 82, seat - 327, x + 82, seat - 327), fill="#cdbf94", width=7)


def streetlights() -> Image.Image:
    """Lamps along a street at dusk; one is dark."""
    sky = [(0, "#1d2a45"), (0.34, "#3d4a6b"), (0.55, "#96788a"), (0.601, "#c99a80")]
    picture = _gradient([*sky, (0.602, "#2c3650"), (1, "#18213a")])
    horizon = HEIGHT * 0.602
    draw = ImageDraw.Draw(picture, "RGBA")
    chance = Random(7)
    x = -40.0
    while x < WIDTH:
        width = chance.uniform(90, 210)
        # Lower towards the middle, where the street runs out.
        middle = abs(x + width / 2 - WIDTH / 2) / (WIDTH / 2)
        top = horizon - 18 - middle * chance.uniform(60, 190)
        draw.rectangle((x, top, x + width, horizon), fill="#39405d")
        x += width
    road = [(WIDTH * 0.497, horizon), (WIDTH * 0.503, horizon), (WIDTH * 0.87, HEIGHT)]
    draw.polygon([*road, (WIDTH * 0.13, HEIGHT)], fill="#262f4b")
    for step in range(9, 0, -1):
        near = 0.70**step
        for side in (-1, 1):
            _lamp(picture, side, near, horizon, lit=(side, step) != (1, 2))
    return picture


def _lamp(picture: Image.Image, side: int, near: float, horizon: float, *, lit: bool) -> None:
    foot = (WIDTH / 2 + side * WIDTH * 0.56 * near, horizon + HEIGHT * 0.44 * near)
    height = HEIGHT * 0.86 * near
    arm = side * -150 * near
    head = (foot[0] + arm, foot[1] - height)
    if lit:
        pool = (foot[0] + arm * 1.2, foot[1] + 8 * near)
        _glow(picture, pool, 560 * near, (240, 196, 112), 0.55, squash=0.26)
        _glow(picture, head, 330 * near, (246, 208, 132), 0.75)
    draw = ImageDraw.Draw(picture, "RGBA")
    stroke = max(2, round(20 * near))
    draw.line((*foot, foot[0], head[1] - 16 * near), fill="#141b2e", width=stroke)
    draw.line((foot[0], head[1] - 16 * near, *head), fill="#141b2e", width=stroke)
    x, y = head
    size = 46 * near
    draw.ellipse((x - size, y - size * 0.45, x + size, y + size * 0.45), fill="#141b2e")
    if lit:
        under = (x - size * 0.8, y - size * 0.16, x + size * 0.8, y + size * 0.5)
        draw.ellipse(under, fill="#fbe7b4")


def lane() -> Image.Image:
    """Contour lines, and a dotted lane that stops half way."""
    chance = Random(12)
    hills = [
        (chance.uniform(-0.1, 1.1), chance.uniform(-0.1, 1.1), chance.uniform(0.1, 0.3), sign)
        for sign in (1, 1, 1, 1, 1, -0.8, -0.8, -0.7)
    ]
    heights = Image.new("F", (160, 90))
    heights.putdata(
        [_height(column / 160, row / 90, hills) for row in range(90) for column in range(160)]
    )
    low, high = heights.getextrema()
    ground = heights.point(lambda value: value * (250 / (high - low)) - low * (250 / (high - low)))
    ground = ground.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).convert("L")
    bands = ground.point([value // 16 * 16 for value in range(256)])
    tints = [_mix("#8ba086", "#d9c7a0", min(1, band / 12)) for band in range(16)]
    tables = [[tints[value // 16][part] for value in range(256)] for part in range(3)]
    picture = Image.merge("RGB", [bands.point(table) for table in tables])
    edges = bands.filter(ImageFilter.FIND_EDGES).point([0] + [255] * 255)
    edges = edges.filter(ImageFilter.MaxFilter(3)).point([value * 2 // 5 for value in range(256)])
    picture.paste("#4f5d4a", mask=edges)
    draw = ImageDraw.Draw(picture, "RGBA")
    course = [_along_lane(step / 400) for step in range(401)]
    travelled = 0.0
    for before, after in zip(course, course[1:], strict=False):
        travelled += hypot(after[0] - before[0], after[1] - before[1])
        if travelled >= 52:
            travelled -= 52
            x, y = after
            draw.ellipse((x - 15, y - 15, x + 15, y + 15), fill=RED)
    x, y = course[-1]
    draw.ellipse((x - 46, y - 46, x + 46, y + 46), outline=RED, width=8)
    return picture


def _height(x: float, y: float, hills: list[tuple[float, float, float, float]]) -> float:
    rolling = 0.12 * sin(5 * x + 2 * y) + 0.1 * cos(4 * y - 3 * x)
    return rolling + sum(
        sign * exp(-((x - a) ** 2 * 1.8 + (y - b) ** 2) / (2 * width**2))
        for a, b, width, sign in hills
    )


def _along_lane(part: float) -> Point:
    x = -0.02 + 0.62 * part
    return WIDTH * x, HEIGHT * (0.80 - 0.36 * part + 0.09 * sin(5.4 * part) - 0.03 * sin(11 * part))


def dashboard() -> Image.Image:
    """A tidy grid, and a circle that does not fit in it."""
    chance = Random(3)
    picture = _gradient([(0, "#dcd6ca"), (1, "#cfc8ba")])
    draw = ImageDraw.Draw(picture, "RGBA")
    side, gap = 104, 34
    left, top = WIDTH * 0.075, (HEIGHT - 11 * (side + gap) + gap) / 2
    for row in range(11):
        for column in range(13):
            x, y = left + column * (side + gap), top + row * (side + gap)
            ochre = chance.random() < 0.13
            colour = OCHRE if ochre else chance.choice(["#5f7480", "#6b808b", "#566a76", "#768a93"])
            draw.rounded_rectangle((x, y, x + side, y + side), 16, fill=colour)
    circle = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    x, y, radius = WIDTH * 0.715, HEIGHT * 0.47, HEIGHT * 0.355
    ImageDraw.Draw(circle).ellipse(
        (x - radius, y - radius, x + radius, y + radius), fill=(206, 116, 96, 205)
    )
    picture.paste(circle, mask=circle)
    return picture


def letter() -> Image.Image:
    """A sheet whose handwriting turns into dots."""
    chance = Random(19)
    picture = _gradient([(0, "#2b3d57"), (1, "#1f2e45")])
    width, height = 1500, 1960
    sheet = Image.new("RGB", (width, height), "#ebe2d0")
    draw = ImageDraw.Draw(sheet, "RGBA")
    for offset in range(150):
        shade = int(30 * (1 - offset / 150))
        draw.line((0, 980 + offset, width, 980 + offset), fill=(90, 74, 50, shade))
    draw.rectangle((0, 975, width, 980), fill=(255, 250, 238, 160))
    for line in range(13):
        y = 230 + line * 125
        end = width - 190 - (chance.uniform(0, 220) if line != 12 else 640)
        if line < 7:
            _handwriting(draw, chance, 190, end, y)
        else:
            for x in range(190, int(end), 34):
                draw.ellipse((x - 8, y - 8, x + 8, y + 8), fill=INK)
    turned = sheet.convert("RGBA").rotate(7, expand=True, resample=Image.Resampling.BICUBIC)
    corner = ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2 + 90)
    below = (corner[0] + 26, corner[1] + 34)
    shadow = Image.new("L", (WIDTH, HEIGHT), 0)
    shadow.paste(turned.getchannel("A").point([v // 2 for v in range(256)]), below)
    shadow = shadow.filter(ImageFilter.GaussianBlur(44))
    picture.paste("#0d1522", mask=shadow)
    picture.paste(turned, corner, turned)
    return picture


def _handwriting(
    draw: ImageDraw.ImageDraw, chance: Random, start: float, end: float, y: float
) -> None:
    x = start
    while x < end - 60:
        word = min(chance.uniform(90, 250), end - x)
        turns, tall = word / 30, chance.uniform(14, 20)
        phase = chance.uniform(0, 6)
        points = []
        for step in range(int(word * 1.5)):
            part = step / (word * 1.5)
            angle = 2 * pi * turns * part
            rise = tall * (1 + 0.9 * max(0, sin(1.7 * turns * part + phase)) ** 6)
            points.append((x + word * part + 9 * cos(angle), y - rise * sin(angle) * 0.9))
        draw.line(points, fill=INK, width=6, joint="curve")
        x += word + chance.uniform(34, 52)


def _gradient(stops: list[tuple[float, str]]) -> Image.Image:
    """Bands of colour from top (0) to bottom (1), blended between the stops."""
    column = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        place = y / (HEIGHT - 1)
        for (start, above), (end, below) in zip(stops, stops[1:], strict=False):
            if start <= place <= end:
                column.putpixel((0, y), _mix(above, below, (place - start) / (end - start)))
                break
    return column.resize((WIDTH, HEIGHT))


def _glow(
    picture: Image.Image,
    centre: Point,
    radius: float,
    colour: tuple[int, int, int],
    strength: float,
    squash: float = 1.0,
) -> None:
    wide, high = max(4, round(radius * 2)), max(4, round(radius * 2 * squash))
    fade = Image.radial_gradient("L").point(
        [round(255 * strength * max(0.0, 1 - value / 181) ** 2.4) for value in range(256)]
    )
    # The gradient is 255 at the corners and about 181 at the edge of the circle.
    mask = fade.resize((wide, high), Image.Resampling.BICUBIC)
    corner = (round(centre[0] - wide / 2), round(centre[1] - high / 2))
    picture.paste(colour, (*corner, corner[0] + wide, corner[1] + high), mask)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(first: str, second: str, part: float) -> tuple[int, int, int]:
    red, green, blue = (
        round(a + (b - a) * part) for a, b in zip(_rgb(first), _rgb(second), strict=True)
    )
    return red, green, blue


def _grained(picture: Image.Image) -> Image.Image:
    """A little noise, as of printed paper; it also keeps gradients from banding."""
    noise = Image.frombytes("L", SIZE, Random(1).randbytes(SIZE[0] * SIZE[1]))
    noise = noise.filter(ImageFilter.GaussianBlur(0.7)).convert("RGB")
    return Image.blend(picture, ImageChops.overlay(picture, noise), 0.06)


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "labels": labels,
    "waiting": waiting,
    "streetlights": streetlights,
    "lane": lane,
    "dashboard": dashboard,
    "letter": letter,
}


def main(names: list[str]) -> None:
    for name in names or PICTURES:
        small = PICTURES[name]().resize(SIZE, Image.Resampling.LANCZOS)
        target = Path(__file__).with_name(f"{name}.jpg")
        _grained(small).save(target, quality=80, optimize=True, progressive=True)


if __name__ == "__main__":
    main(sys.argv[1:])
