#!/usr/bin/env python3
"""Writes src/Pipeline/Prompts/CanonicalUnicode.txt: what composing text to Unicode's form C needs.

Origin: the Unicode Character Database as Python's unicodedata has it. Hangul syllables are arithmetic and left out.
Usage: python3 tools/tokenizers/unicode.py
"""
import sys
import unicodedata
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "src/Pipeline/Prompts/CanonicalUnicode.txt"


def classes():
    """Ranges of equal combining class other than 0."""
    start, previous = 0, 0
    for code in range(sys.maxunicode + 2):
        value = unicodedata.combining(chr(code)) if code <= sys.maxunicode else 0
        if value != previous:
            if previous:
                yield f"{start:X}-{code - 1:X}={previous}"
            start, previous = code, value


def decompositions():
    """One canonical decomposition step per line; a mark says that form C does not compose it again."""
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code)).split()
        if parts and not parts[0].startswith("<"):
            composes = unicodedata.normalize("NFC", chr(code)) == chr(code)
            yield f"{code:X}{'=' if composes else '!'}{' '.join(f'{int(part, 16):X}' for part in parts)}"


def main():
    lines = [f"# Unicode {unicodedata.unidata_version}: combining classes, then canonical decompositions; by tools/tokenizers/unicode.py.",
             *classes(), "", *decompositions()]
    TARGET.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
