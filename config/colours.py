"""The colours of the admin, in the names of unfold."""

ADMIN_COLOURS = {
    "primary": {
        "50": "#f2f4fd",
        "100": "#e3e8fb",
        "200": "#c9d2f7",
        "300": "#a5b3f0",
        "400": "#7b8de6",
        "500": "#4d62d3",
        "600": "#2138a6",
        "700": "#1e3299",
        "800": "#1c2c7d",
        "900": "#1b2862",
        "950": "#121a41",
    }
}
