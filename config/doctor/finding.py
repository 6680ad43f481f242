"""What a check says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """severity: error or warning. check: the name of the function that found it. text: what is so;
    fix: what to do. Neither names a person or a secret."""

    severity: str
    check: str
    text: str
    fix: str

    def line(self) -> str:
        return f"{self.severity.upper():7} {self.check}: {self.text} {self.fix}"
