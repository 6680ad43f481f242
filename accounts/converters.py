"""Row ids in addresses: what no row can have is a 404, not an overflow."""

from django.urls import register_converter


class RowId:
    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(RowId, "row")
