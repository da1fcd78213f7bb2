"""Writes libs/verify/src/text/chinese/jieba.bin.gz: what the Chinese word splitter must know of jieba.

    python3.11 -m venv venv && venv/bin/pip install jieba==0.42.1
    venv/bin/python libs/verify/scripts/jieba-table.py

The table holds the words of jieba's dictionary with their weights in its accurate mode, and the chances
of its hidden Markov model, as the numbers that Python computes of them: logarithms are not taken again
in JavaScript, whose last digit may differ. The notice of jieba's licence (MIT) stands in
LICENSE-jieba.txt beside it.
"""

import gzip
import pathlib
import struct
import sys
from array import array
from math import log

import jieba
from jieba import finalseg

FILE = pathlib.Path(__file__).resolve().parent.parent / "src" / "text" / "chinese" / "jieba.bin.gz"
STATES = "BEMS"


def main():
    if jieba.__version__ != "0.42.1":
        sys.exit("the table is pinned to jieba 0.42.1")
    data = b"".join(section(part) for part in [*words(), *model()])
    FILE.write_bytes(gzip.compress(data, 9, mtime=0))


def section(values):
    """Little-endian numbers behind the length of their bytes, all at multiples of eight."""
    if sys.byteorder != "little":
        values = array(values.typecode, values)
        values.byteswap()
    data = values.tobytes()
    return struct.pack("<Q", len(data)) + data + b"\0" * (-len(data) % 8)


def words():
    """Weights, then per word (in the order of UTF-16) what it shares with the last, the rest's length, its weight; the rests."""
    jieba.initialize()
    frequencies, total = jieba.dt.FREQ, jieba.dt.total
    entries = sorted(word for word, frequency in frequencies.items() if frequency)
    distinct = sorted({frequencies[word] for word in entries})
    places = {frequency: place for place, frequency in enumerate(distinct, 1)}
    shared, lengths, rests, last = array("B"), array("B"), array("H"), ""
    for word in entries:
        same = next((at for at, (a, b) in enumerate(zip(word, last)) if a != b), min(len(word), len(last)))
        shared.append(same)
        lengths.append(len(word) - same)
        rests.extend(map(ord, word[same:]))
        last = word
    # As `calc` of jieba has it; the first weight is that of a character that is no word.
    weights = array("d", [log(frequency) - log(total) for frequency in [1, *distinct]])
    return weights, shared, lengths, array("H", [places[frequencies[word]] for word in entries]), rests


def model():
    """Chances to begin in a state, of each step from one to another, to see a character in it."""
    start = array("d", [finalseg.start_P[state] for state in STATES])
    steps = array("d", [finalseg.trans_P[a].get(b, finalseg.MIN_FLOAT) for a in STATES for b in STATES])
    characters = sorted({character for state in STATES for character in finalseg.emit_P[state]})
    seen = [[finalseg.emit_P[state].get(character, finalseg.MIN_FLOAT) for state in STATES] for character in characters]
    distinct = sorted({chance for chances in seen for chance in chances})
    places = {chance: place for place, chance in enumerate(distinct)}
    return (
        start,
        steps,
        array("d", distinct),
        array("H", map(ord, characters)),
        array("H", [places[chance] for chances in seen for chance in chances]),
    )


if __name__ == "__main__":
    main()
