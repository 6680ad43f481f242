"""Which of a browser's features our pages may use."""

# A browser's devices are none of our business, but for passkeys and a link that is copied.
_NOBODY = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture"),
    *("encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid"),
    *("identity-credentials-get", "idle-detection", "local-fonts", "magnetometer"),
    *("microphone", "midi", "payment", "picture-in-picture", "serial", "usb"),
    *("screen-wake-lock", "storage-access", "xr-spatial-tracking"),
)
_OURSELVES = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")
PERMISSIONS_POLICY = ", ".join(
    [f"{feature}=()" for feature in _NOBODY] + [f"{feature}=(self)" for feature in _OURSELVES]
)
