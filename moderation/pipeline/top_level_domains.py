"""Endings by which a name with dots in it is known for a domain."""

from __future__ import annotations

# fmt: off

# A name that ends in one of these is a domain even where nothing else says so. Words that a
# sentence may begin with, and file endings, are left out: "finished.it", "good.work", "main.rs".
PLAIN = frozenset((
    "com", "net", "org", "info", "biz", "edu", "gov", "int", "mil", "mobi", "online",
    "site", "website", "tech", "xyz", "club", "vip", "icu", "cyou", "porn", "xxx", "app",
    "dev", "blog", "wiki", "guru", "ninja", "rocks", "io", "ai", "co", "tv", "cc", "tk",
    "ml", "ga", "cf", "gq", "gg", "su", "eu", "uk", "de", "fr", "nl", "ch", "pl", "ru",
    "ua", "kz", "cz", "sk", "hu", "ro", "bg", "hr", "gr", "tr", "dk", "fi", "ee", "lv",
    "lt", "pt", "ie", "lu", "br", "ar", "cl", "mx", "pe", "ve", "ca", "au", "nz", "jp",
    "cn", "kr", "tw", "hk", "sg", "th", "vn", "ph", "pk", "ir", "il", "sa", "ae", "eg",
    "za", "ng", "ke", "рф", "рус", "онлайн", "сайт", "укр", "бел", "қаз", "срб", "бг",
    "ελ", "ευ", "中国", "中國", "公司", "网络", "网址", "香港", "台湾", "台灣", "みんな",
    "コム", "한국", "닷컴", "भारत", "السعودية", "ایران", "امارات", "مصر", "ישראל", "ไทย",
))

# Endings that are spelled out as "example dot com", and that no sentence has after "dot".
WRITTEN_OUT = frozenset(("com", "net", "org", "info", "biz", "io", "co", "ru", "xyz", "tk", "de"))

# These need something that only an address has: www, a port or a path.
WITH_PATH = PLAIN | frozenset((
    "ly", "gl", "gd", "me", "be", "it", "in", "is", "to", "so", "us", "no", "at", "am",
    "as", "by", "do", "id", "la", "ma", "my", "pm", "st", "ws", "fm", "im", "sh", "ac",
    "ad", "al", "ba", "cat", "bz", "cy", "dj", "dz", "ec", "fo", "ge", "gt", "hn", "jo",
    "kg", "kw", "lb", "li", "lk", "ls", "md", "mk", "mn", "mt", "mu", "mv", "np", "om",
    "pa", "pw", "py", "qa", "re", "sc", "si", "sn", "sv", "tj", "tm", "tn", "tt", "tz",
    "ug", "uy", "uz", "vc", "vg", "vu", "zw", "page", "zip", "mov", "chat", "party",
    "stream", "download", "trade", "review", "science", "cricket", "date", "faith",
    "racing", "accountant", "men", "gdn", "best", "rest", "bar", "beauty", "hair", "quest",
    "sbs", "cfd", "lol", "pics", "health", "money", "cash", "loans", "credit", "finance",
    "market", "group", "team", "email", "support", "help", "zone", "network", "systems",
    "digital", "media", "social", "community", "land", "art", "design", "games", "video",
    "photos", "travel", "house", "expert", "solutions", "services", "center", "tel", "xin",
    "win", "work", "life", "world", "today", "live", "link", "fun", "news", "name", "top",
    "space", "store", "shop", "bet", "sex", "click", "es", "se", "pro", "adult", "dating",
    "poker", "casino", "loan", "bid", "buzz", "monster", "cloud", "agency",
))
