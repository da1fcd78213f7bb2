"""The oracle of `npm run compare:datatrove`: runs datatrove's own filters and MinHash, one JSON line a text.

Reads lines of {"id", "task", "text"} from standard input and answers in the same order. Tasks:
  tokens    how many words, a hash of them, how many sentences (texts of any language: "language")
  minhash   the simplified text, its words, SHA-256 of both signatures
  document  the four filters of the FineWeb chain, every ratio before division, words, signature
  fineweb2  first reason of FineWeb-2's chain ("language", "bounds")
  c4_tfds   reason and sentences of a page by TensorFlow Datasets' C4 rules, with Punkt
  speed     CPU seconds for the chain and for the signature over a list of texts ("texts")
"""

import hashlib
import json
import re
import struct
import sys
import tempfile
import time
from functools import lru_cache

import numpy as np
import punkt
from datatrove.data import Document
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.pipeline.filters.gopher_repetition_filter import (
    find_all_duplicate,
    find_duplicates,
    find_top_duplicate,
    get_n_grams,
)
from datatrove.utils.hashing import HashConfig
from datatrove.utils.text import PUNCTUATION_SET, simplify_text, split_into_parts, split_into_sentences, split_into_words
from datatrove.utils.word_tokenizers import SpaCyTokenizer, load_word_tokenizer

REPETITION = GopherRepetitionFilter()
QUALITY = GopherQualityFilter()
C4 = C4QualityFilter(filter_no_terminal_punct=False)
FINEWEB = FineWebQualityFilter()
SIGNATURES = {
    name: MinhashDedupSignature(tempfile.mkdtemp(), MinhashConfig(hash_config=HashConfig(hash_fc=name)))
    for name in ("xxhash", "sha1")
}
FIRST_TOKENIZE = SpaCyTokenizer._do_tokenize


def tokenize_afresh(self, text):
    """spaCy's id of the word IS_ALPHA is 1, which its hash maps take for a deleted entry: the second time a
    process meets the word, freed memory is read. A new tokenizer is always in the state of the first time."""
    if "IS_ALPHA" in text:
        self._tokenizer = None
    return FIRST_TOKENIZE(self, text)


SpaCyTokenizer._do_tokenize = tokenize_afresh


def main():
    for line in sys.stdin:
        task = json.loads(line)
        answer = TASKS[task["task"]](task)
        sys.stdout.write(json.dumps({"id": task.get("id"), **answer}) + "\n")
        sys.stdout.flush()


def tokens(task):
    tokenizer = load_word_tokenizer(task.get("language", "en"))
    words = tokenizer.word_tokenize(task["text"])
    sentences = len(split_into_sentences(task["text"], task.get("language", "en")))
    return {"count": len(words), "hash": digest("\n".join(words)), "sentences": sentences}


def minhash(task):
    text = task["text"]
    simple = simplify_text(text, SIGNATURES["xxhash"].config.norm_config)
    answer = {"simple": simple, "words": len(split_into_words(simple))}
    for name, step in (("xxh64", SIGNATURES["xxhash"]), ("sha1", SIGNATURES["sha1"])):
        data = signature_bytes(step, text)
        answer[name] = None if data is None else hashlib.sha256(data).hexdigest()
    return answer


def document(task):
    text = task["text"]
    split_into_parts.cache_clear()
    words = split_into_words(text)
    view = Document(text, "")
    reasons = {
        "repetition": reason(REPETITION.filter(Document(text, ""))),
        "quality": reason(QUALITY.filter(Document(text, ""))) if text else "gopher_short_doc",
        "c4": reason(C4.filter(view)),
        "fineweb": reason(FINEWEB.filter(view)),
    }
    return {
        "reasons": reasons,
        "chain": next((r for r in reasons.values() if r is not None), None),
        "parts": {**repetition_parts(text, words), **quality_parts(text, words), **fineweb_parts(view.text)},
        "view": digest(view.text),
        "words": len(words),
        "hash": digest("\n".join(words)),
        "signatures": {name: signature(step, text) for name, step in SIGNATURES.items()},
    }


def reason(result):
    return result[1] if isinstance(result, tuple) else None if result else "refused"


def digest(text):
    return hashlib.sha1(text.encode()).hexdigest()


def repetition_parts(text, words):
    """Numerator and denominator of every share, computed by datatrove's own functions."""
    if not text:
        return {}
    paragraphs = REPETITION.paragraph_exp.split(text.strip())
    lines = REPETITION._line_splitter.split(text)
    copies, copied = find_duplicates(paragraphs)
    line_copies, line_copied = find_duplicates(lines)
    parts = {
        "dup_para_frac": (copies, len(paragraphs)),
        "dup_para_char_frac": (copied, len(text)),
        "dup_line_frac": (line_copies, len(lines)),
        "dup_line_char_frac": (line_copied, len(text)),
    }
    for n, _ in REPETITION.top_n_grams:
        grams = get_n_grams(words, n)
        if grams:
            parts[f"top_{n}_gram"] = (find_top_duplicate(grams), len(text))
    for n, _ in REPETITION.dup_n_grams:
        parts[f"duplicated_{n}_n_grams"] = (find_all_duplicate(words, n), len(text))
    return parts


def quality_parts(text, words):
    with_letter_or_digit = [w for w in words if any(c not in PUNCTUATION_SET for c in w)]
    count = len(with_letter_or_digit)
    lines = text.splitlines()
    parts = {"gopher_short_doc": (count, 1), "gopher_long_doc": (count, 1)}
    if count:
        mean = (sum(len(w) for w in with_letter_or_digit), count)
        parts |= {"gopher_below_avg_threshold": mean, "gopher_above_avg_threshold": mean}
    if words:
        parts |= {
            "gopher_too_many_hashes": (text.count("#"), len(words)),
            "gopher_too_many_ellipsis": (text.count("...") + text.count("…"), len(words)),
            "gopher_below_alpha_threshold": (sum(any(c.isalpha() for c in w) for w in words), len(words)),
        }
    if lines:
        bullets = sum(s.lstrip().startswith(("•", "-")) for s in lines)
        ellipses = sum(s.rstrip().endswith(("...", "…")) for s in lines)
        parts |= {
            "gopher_too_many_bullets": (bullets, len(lines)),
            "gopher_too_many_end_ellipsis": (ellipses, len(lines)),
        }
    parts["gopher_enough_stop_words"] = (len(QUALITY.stop_words.intersection(words)), 1)
    return parts


def fineweb_parts(text):
    lines = [line for line in text.split("\n") if line.strip() != ""]
    if not lines:
        return {}
    return {
        "line_punct_ratio": (sum(line.endswith(FINEWEB.stop_chars) for line in lines), len(lines)),
        "short_line_ratio": (sum(len(line) <= 30 for line in lines), len(lines)),
        "char_dup_ratio": (find_duplicates(lines)[1], len(text.replace("\n", ""))),
        "list_ratio": (text.count("\n"), len(split_into_words(text))),
    }


def signature(step, text):
    data = signature_bytes(step, text)
    return None if data is None else hashlib.sha1(data).hexdigest()


def signature_bytes(step, text):
    shingles = step.get_shingles(text)
    if shingles.size == 0:
        return None
    flat = [value for bucket in step.get_signature(shingles) for value in bucket]
    return struct.pack(f"<{len(flat)}Q", *flat)


def fineweb2(task):
    doc = Document(task["text"], "")
    for step in fineweb2_chain(task["language"], json.dumps(task["bounds"])):
        failed = reason(step.filter(doc))
        if failed is not None:
            return {"chain": failed}
    return {"chain": None}


@lru_cache
def fineweb2_chain(language, bounds):
    """As in fineweb-2-pipeline.py of huggingface/fineweb-2."""
    b = json.loads(bounds)
    return (
        GopherRepetitionFilter(
            language=language,
            dup_para_frac=0,
            dup_line_char_frac=0,
            dup_para_char_frac=0,
            dup_line_frac=b["dup_line_frac"],
            top_n_grams=b["top_n_grams"],
            dup_n_grams=b["dup_n_grams"],
        ),
        FineWebQualityFilter(
            language=language,
            short_line_thr=999,
            char_duplicates_ratio=0.1,
            line_punct_thr=b["line_punct_thr"],
            new_line_ratio=b["new_line_ratio"],
        ),
        GopherQualityFilter(
            language=language,
            max_avg_word_length=b["max_avg_word_length"],
            min_avg_word_length=b["min_avg_word_length"],
            stop_words=b["stopwords"],
            max_non_alpha_words_ratio=b["max_non_alpha_words_ratio"],
            min_stop_words=2,
        ),
    )


CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")


def c4_tfds(task):
    """The rules of `clean_page` in tensorflow/datasets text/c4_utils.py, in its order, as docs/filters.md lists them."""
    sentences = 0
    for line in map(str.strip, task["text"].splitlines()):
        if any(len(word) > 1000 for word in line.split()):
            continue
        line = CITATION.sub("", line)
        lower = line.lower()
        if not line.endswith((".", "?", "!", '"')) or line.endswith("...") or len(line.split()) < 5:
            continue
        if "lorem ipsum" in lower:
            return {"reason": "lorem_ipsum", "sentences": None}
        if "javascript" in lower:
            continue
        if "{" in line:
            return {"reason": "curly_bracket", "sentences": None}
        if any(phrase in lower for phrase in POLICY_PHRASES):
            continue
        sentences += len(punkt.sent_tokenize(line))
    return {"reason": "too_few_sentences" if sentences < 3 else None, "sentences": sentences}


POLICY_PHRASES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)


def speed(task):
    texts = task["texts"]
    split_into_parts.cache_clear()
    started = time.process_time()
    for text in texts:
        doc = Document(text, "")
        for step in (REPETITION, QUALITY, C4, FINEWEB):
            if reason(step.filter(doc)) is not None:
                break
    chain = time.process_time() - started
    started = time.process_time()
    for text in texts:
        shingles = SIGNATURES["xxhash"].get_shingles(text)
        if shingles.size:
            SIGNATURES["xxhash"].get_signature(shingles)
    return {"chain": chain, "minhash": time.process_time() - started}


TASKS = {
    "tokens": tokens,
    "minhash": minhash,
    "document": document,
    "fineweb2": fineweb2,
    "c4_tfds": c4_tfds,
    "speed": speed,
}

if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
