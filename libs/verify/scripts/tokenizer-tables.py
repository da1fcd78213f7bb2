"""Writes libs/verify/src/text/tables: what the word splitter must know of Python, spaCy and datatrove.

    python3.11 -m venv venv && venv/bin/pip install datatrove==0.10.1 spacy==3.8.18 regex
    venv/bin/python libs/verify/scripts/tokenizer-tables.py && npx oxfmt libs/verify/src/text/tables

The tables are pinned to what they were read from: Unicode 14.0.0 of Python 3.11 (the oracle's own
version; another Python is refused), spaCy 3.8 and datatrove 0.10.1. The licence text of spaCy (MIT),
from which most of them come, is copied beside them.
"""

import importlib.metadata
import json
import pathlib
import re
import shutil
import sys
import unicodedata

import spacy
from datatrove.utils.text import PUNCTUATION, TERMINAL_PUNCTUATION
from spacy.lang import char_classes as spacy_classes
from spacy.pipeline import Sentencizer

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src" / "text" / "tables"
WIDTH = 100
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SPACY = f"spaCy {spacy.__version__}, MIT"
DATATROVE = f"datatrove {importlib.metadata.version('datatrove')}, Apache-2.0"
UNICODE = f"Unicode {unicodedata.unidata_version} (Python 3.11)"


def main():
    if sys.version_info[:2] != (3, 11):
        sys.exit("the tables are pinned to the Unicode data of Python 3.11")
    FOLDER.mkdir(exist_ok=True)
    write("characters.ts", characters())
    write("marks.ts", marks())
    write("special-cases.ts", special_cases())
    write("languages.ts", languages())
    [licence] = [f for f in importlib.metadata.files("spacy") if f.name == "LICENSE"]
    shutil.copy(licence.locate(), FOLDER / "LICENSE-spaCy.txt")


def write(name, body):
    head = "// Written by libs/verify/scripts/tokenizer-tables.py; do not edit.\n"
    (FOLDER / name).write_text(head + body, encoding="utf-8")


# Sets of code points


def characters():
    every = range(0x110000)
    tables = [
        ("whiteSpace", f"`str.isspace` of {UNICODE}.", (c for c in every if chr(c).isspace())),
        ("pythonLetters", f"`str.isalpha` of {UNICODE}.", (c for c in every if chr(c).isalpha())),
        (
            "pythonWordCharacters",
            f"`\\\\w` of {UNICODE} beyond the letters: digits, numbers and `_`.",
            (c for c in every if re.match(r"\w", chr(c)) and not chr(c).isalpha()),
        ),
        ("pythonDigits", f"`\\\\d` of {UNICODE}.", (c for c in every if re.match(r"\d", chr(c)))),
        (
            "unicodePunctuation",
            f"General category P of {UNICODE}.",
            (c for c in every if unicodedata.category(chr(c)).startswith("P")),
        ),
        ("listedPunctuation", f"Marks and controls that `PUNCTUATION` names ({DATATROVE}).", map(ord, PUNCTUATION)),
        ("terminalPunctuation", f"Marks that end a line, `TERMINAL_PUNCTUATION` ({DATATROVE}).", map(ord, TERMINAL_PUNCTUATION)),
        ("sentencePunctuation", f"Marks that end a sentence ({SPACY}).", map(ord, Sentencizer.default_punct_chars)),
        ("wordLetters", f"`ALPHA` ({SPACY}).", matching(spacy_classes.ALPHA)),
        ("lowerLetters", f"`ALPHA_LOWER`: lower-case and caseless letters ({SPACY}).", matching(spacy_classes.ALPHA_LOWER)),
        ("upperLetters", f"`ALPHA_UPPER`: upper-case and caseless letters ({SPACY}).", matching(spacy_classes.ALPHA_UPPER)),
        ("iconSymbols", f"Symbols that are a token each ({SPACY}).", matching(spacy_classes.CONCAT_ICONS)),
    ]
    return "import type { RangeTable } from '../ranges.ts';\n" + "".join(
        f"\n/** {comment} */\nexport const {name}: RangeTable = {lines(encode(codes))};\n"
        for name, comment, codes in tables
    )


def matching(group):
    pattern = re.compile(f"[{group}]")
    return (c for c in range(0x110000) if pattern.match(chr(c)))


def encode(codes):
    """Rising `gap,length` pairs in base 36, as ranges.ts reads them."""
    pairs, end, codes = [], 0, sorted(set(codes))
    first = last = codes[0]
    for code in codes[1:] + [None]:
        if code is not None and code == last + 1:
            last = code
            continue
        pairs.append(base36(first - end) + ("" if last == first else "," + base36(last - first)))
        end, first, last = last, code, code
    return pairs


def base36(number):
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
        if number == 0:
            return text


def lines(words, separator=" "):
    """A list of strings of at most WIDTH characters that give `words` back when joined by `separator`."""
    rows, row = [], ""
    for word in words:
        if row and len(row) + len(separator) + len(word) > WIDTH:
            rows.append(row)
            row = word
        else:
            row = word if not row else row + separator + word
    return "[\n" + "".join(f"  {literal(row)},\n" for row in rows + [row]) + "]"


def literal(text):
    return json.dumps(text, ensure_ascii=False)


# Marks in front, behind and within


def marks():
    plain = lambda pieces: [p.replace("\\", "") for p in pieces]
    single = lambda pieces: sorted({c for p in plain(pieces) if len(p) == 1 for c in p})
    tables = [
        ("punctuationMarks", f"`LIST_PUNCT` ({SPACY}).", "".join(single(spacy_classes.LIST_PUNCT))),
        ("quotationMarks", f"`LIST_QUOTES` ({SPACY}).", "".join(single(spacy_classes.LIST_QUOTES))),
        ("currencySigns", f"One-character `LIST_CURRENCY` ({SPACY}).", "".join(single(spacy_classes.LIST_CURRENCY))),
    ]
    units = sorted(set(plain(spacy_classes.LIST_UNITS)))
    return "".join(f"\n/** {c} */\nexport const {n} =\n  {literal(v)};\n" for n, c, v in tables) + (
        f"\n/** `LIST_UNITS` ({SPACY}), joined by spaces. */\nexport const unitsOfMeasure: readonly string[] = {lines(units)};\n"
    )


# Special cases


def special_cases():
    """Words with their tokens. Cases of white space are left out: no word holds any."""
    tables = []
    for language in ("en", *LANGUAGES):
        rules = spacy.blank(language).tokenizer.rules
        cases = [[t[65] if 65 in t else t["ORTH"] for t in tokens] for tokens in rules.values()]
        words = [" ".join(tokens) for tokens in cases if not re.search(r"\s", "".join(tokens))]
        tables.append((language, words))
    return "".join(
        f"\n/** Tokens of the special cases of `{language}` ({SPACY}): one space between tokens, two between cases. */\n"
        f"export const {language}Cases: readonly string[] = {lines(sorted(words), '  ')};\n"
        for language, words in tables
    )


# Patterns of other languages

LANGUAGES = ("de", "fr", "es", "ar")
SHARED = (
    ("icons", spacy_classes.CONCAT_ICONS),
    ("lower", spacy_classes.ALPHA_LOWER),
    ("upper", spacy_classes.ALPHA_UPPER),
    ("alpha", spacy_classes.ALPHA),
)


def languages():
    shared = "".join(f"\nconst {name} =\n  {literal(to_javascript(group))};\n" for name, group in SHARED)
    return shared + "".join(
        f"\n/** Prefix, suffix and infix patterns of `{language}` ({SPACY}), for the `u` flag. */\n"
        f"export const {language}Patterns = {{\n"
        + "".join(
            f"  {kind}:\n    {template(getattr(spacy.blank(language).tokenizer, method).__self__.pattern)},\n"
            for kind, method in (("prefix", "prefix_search"), ("suffix", "suffix_search"), ("infix", "infix_finditer"))
        )
        + "};\n"
        for language in LANGUAGES
    ) + (
        f"\n/** Words that stay whole in `fr`, hyphen or not ({SPACY}), for the flags `iu`. */\n"
        f"export const frWhole =\n  {template(spacy.blank('fr').tokenizer.token_match.__self__.pattern.removeprefix('(?iu)'))};\n"
    )


def template(pattern):
    for name, group in SHARED:
        pattern = pattern.replace(group, f"@{name}@")
    text = to_javascript(pattern).replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return "`" + re.sub("@([a-z]+)@", r"${\1}", text) + "`"


def to_javascript(pattern):
    """Python's pattern in JavaScript's words: astral escapes, and no escape where none is needed."""
    pattern = re.sub(r"\\U0*([0-9A-Fa-f]+)", r"\\u{\1}", pattern)
    return re.sub(r"\\([!#&'\"<>=:;,%@~` ])", r"\1", pattern)


if __name__ == "__main__":
    main()
