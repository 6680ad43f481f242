"""Texts of 5,000 characters that are made to keep the scorer busy."""

LONGEST = 5_000
_PIECES = {
    "words": "abc de ",
    "letters apart": "f ",
    "dots": "f.",
    "stars": "f*k ",
    "signs": "!?",
    "one word": "a",
    "pictures": "😀😃",
    "look-alikes": "іdіоt ",
    "marks": "a\u0336\u0323",
    "links": "a.com/x ",
    "leet": "1d!0t$ ",
    "short pieces": "as sh it i ",
    "surrogates": "\ud800",
    "no blanks": "youareanidiot",
    "different words": " ".join(f"w{number:04}" for number in range(1_000)),
}
WORST = {name: (piece * LONGEST)[:LONGEST] for name, piece in _PIECES.items()} | {
    "every letter": "".join(map(chr, range(0x4E00, 0x4E00 + LONGEST))),
    "syllables": "".join(map(chr, range(0xAC00, 0xAC00 + LONGEST))),
}
