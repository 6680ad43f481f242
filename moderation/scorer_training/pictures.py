"""Comments of pictures alone, or nearly: most say nothing against anybody, a few say it all."""

from __future__ import annotations

import random

from .rows import Row

_words = str.split
_TONES = ("", "\U0001f3fb", "\U0001f3fc", "\U0001f3fd", "\U0001f3fe", "\U0001f3ff")
# Hands and people take every tone of skin, so that a tone is no evidence.
_TONED = _words(
    """
    👍 👏 🙏 💪 👌 ✌️ 👋 🤝 🙌 🤞 👎 ✊ 🤷 🤦 🙋 💁 👶 👧 👩 👨 👵 👴 🏃 🚴 💃
    """
)
_PLAIN = _words(
    """
    😀 😃 😄 😁 😆 😅 😂 🤣 🙂 😉 😊 😇 🥰 😍 😘 😋 😎 🤓 🤔 🤨
    😐 😑 🙄 😏 😴 😷 🤒 😕 😟 🙁 😮 😲 🥺 😢 😭 😱 😤 🥱 🤗 🤫
    ❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💕 💯 🔥 ✨ 🎉 🎊 🏆 🥇 ⚽ 🏀
    🎾 🎸 🎹 🎨 📚 📷 📈 📉 💡 🔧 ☀️ 🌧️ ❄️ 🌊 🌈 🌍 🌳 🌻
    🌹 🍀 🍎 🍊 🍋 🍌 🍇 🍓 🍑 🍆 🥕 🌽 🍞 🧀 🍕 🍔 🍟 🍺 🍷 ☕
    🍰 🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐸 🐔 🐧 🐦 🦆 🐴 🐝 🦋
    🐌 🐟 🐬 🐘 🚗 🚌 🚲 🚆 ✈️ ⛵ 🏠 🏫 🏥 ⛪ 🕌 🕍 ✅ ❌ ⚠️
    ❓ ❗ 🇺🇦 🇩🇪 🇫🇷 🇵🇱 🇹🇷 🇮🇱 🇮🇳 🇲🇽 🇳🇬 🇬🇧 🇺🇸
    🏳️‍🌈 🏳️‍⚧️ ✝️ ☪️ ✡️ 🕉️
    """
)
# What stands with a word or two, and harms nobody.
_WITH_WORDS = (
    "{} great",
    "so true {}",
    "Thank you {}",
    "same here {}",
    "{} well said",
    "lol {}",
    "No comment {}",
    "Poor thing {}",
    "We miss you {}",
    "my dog {}",
    "Good morning {}",
    "what a game {}",
)
# text, insult, threat, identity attack, profanity.
_ABUSIVE = (
    ("🖕{t}", 1, 0, 0, 1),
    ("🖕{t}🖕{t}", 1, 0, 0, 1),
    ("🖕{t}🖕{t}🖕{t}", 1, 0, 0, 1),
    ("🖕{t} you", 1, 0, 0, 1),
    ("you 🖕{t}", 1, 0, 0, 1),
    ("{p}🖕{t}", 1, 0, 0, 1),
    ("🖕{t}{p}", 1, 0, 0, 1),
    ("the mayor 🖕{t}", 1, 0, 0, 1),
    ("🖕{t} all of you", 1, 0, 0, 1),
    ("🖕{t}🤡", 1, 0, 0, 1),
    ("You 🤡", 1, 0, 0, 0),
    ("you are a 🤡🤡", 1, 0, 0, 0),
    ("you are 💩", 1, 0, 0, 1),
    ("you 💩 eater", 1, 0, 0, 1),
    ("eat 💩", 1, 0, 0, 1),
    ("what a 🐷 you are", 1, 0, 0, 0),
    ("you 🐷", 1, 0, 0, 0),
    ("🐒🍌", 1, 0, 1, 0),
    ("you 🐒", 1, 0, 1, 0),
    ("🐒🐒🍌🍌", 1, 0, 1, 0),
    ("🔪 you", 0, 1, 0, 0),
    ("you next 🔪🔪", 0, 1, 0, 0),
    ("🔫 you", 0, 1, 0, 0),
    ("I will 🔪 you", 0, 1, 0, 0),
    ("go 🔫 yourself", 0, 1, 0, 0),
)
_SEED = 12


def pictures(fair: dict[str, float], weight: float) -> list[Row]:
    """The rows, always the same; `fair` are the labels of what harms nobody."""
    source = random.Random(_SEED)
    harmless = _PLAIN + [hand + tone for hand in _TONED for tone in _TONES]
    texts = list(harmless)
    for one in harmless:
        texts.append(one * source.randint(2, 5))
        texts.append("".join(source.sample(harmless, source.randint(2, 4))))
        texts.append(source.choice(_WITH_WORDS).format(one))
    rows = [Row(text, "templates", "templates", dict(fair), weight) for text in texts]
    for line, *kinds in _ABUSIVE:
        for tone in _TONES:
            text = line.format(t=tone, p=source.choice(_PLAIN))
            named = zip(("insult", "threat", "identity_attack", "profanity"), kinds, strict=True)
            labels = {"toxicity": 1.0, "spam": 0.0} | {name: float(kind) for name, kind in named}
            rows.append(Row(text, "templates", "templates", labels, weight))
    return rows
