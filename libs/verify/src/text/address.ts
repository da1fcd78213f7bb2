import { characterClasses, classes } from './characters.ts';

/**
 * True when `text[from, to)` is a URL, a host name, an IP address or an e-mail address, which stay one
 * token. Same language as spaCy 3.8's URL matcher (MIT, after Diego Perini's pattern), but read by hand
 * in linear time: its pattern backtracks.
 */
export function isAddress(text: string, from: number, to: number): boolean {
  if (!hasDot(text, from, to)) return false;
  if (isHost(text, from, to)) return true;
  const scheme = schemeEnd(text, from, to);
  if (scheme > from && isHost(text, scheme, to)) return true;
  // A user part is anything before an @; hosts hold none, so the runs tried do not overlap.
  for (let at = text.indexOf('@', from + 1); at >= 0 && at < to; at = text.indexOf('@', at + 1)) {
    if (isHost(text, at + 1, to)) return true;
  }
  return false;
}

function hasDot(text: string, from: number, to: number): boolean {
  for (let index = from + 1; index < to - 1; index += 1) if (text.charCodeAt(index) === 0x2e) return true;
  return false;
}

/** Offset behind `://` after two or more of Python's `\w`, `+`, `-`, `.`; `from` if there is no scheme. */
function schemeEnd(text: string, from: number, to: number): number {
  let index = from;
  let characters = 0;
  while (index < to) {
    const code = text.codePointAt(index) ?? 0;
    if (!isSchemeCharacter(code)) break;
    index += code > 0xffff ? 2 : 1;
    characters += 1;
  }
  return characters >= 2 && index + 3 <= to && text.startsWith('://', index) ? index + 3 : from;
}

function isSchemeCharacter(code: number): boolean {
  if (code === 0x2b || code === 0x2d || code === 0x2e || code === 0x5f) return true;
  if (code < 0x80) return isAsciiAlphanumeric(code);
  const isLetter = ((characterClasses[code] ?? 0) & classes.letter) !== 0;
  return isLetter || /\p{N}/u.test(String.fromCodePoint(code));
}

/** Host, then an optional port of 2 to 5 digits, then an optional path, query or fragment. */
function isHost(text: string, from: number, to: number): boolean {
  let end = from;
  while (end < to && isHostUnit(text.charCodeAt(end))) end += 1;
  if (!isEndOfAddress(text, end, to)) return false;
  return isDomain(text, from, end) || (end - from <= 15 && isPublicIp(text.slice(from, end)));
}

function isEndOfAddress(text: string, end: number, to: number): boolean {
  let index = end;
  if (index < to && text.charCodeAt(index) === 0x3a) {
    index += 1;
    const port = index;
    while (index < to && isAsciiDigit(text.charCodeAt(index))) index += 1;
    if (index - port < 2 || index - port > 5) return false;
  }
  if (index === to) return true;
  const code = text.charCodeAt(index);
  return code === 0x2f || code === 0x3f || code === 0x23;
}

/** Labels of 1 to 64 units and a last part of 2 to 63 lower-case or caseless letters. */
function isDomain(text: string, from: number, to: number): boolean {
  let label = from;
  for (let index = from; index < to; index += 1) {
    if (text.charCodeAt(index) !== 0x2e) continue;
    const length = index - label;
    if (length < 1 || length > 64) return false;
    if (!isLabelUnit(text.charCodeAt(label)) || !isLabelUnit(text.charCodeAt(index - 1))) return false;
    label = index + 1;
  }
  if (label === from || to - label < 2 || to - label > 63) return false;
  for (let index = label; index < to; index += 1) {
    if (((characterClasses[text.charCodeAt(index)] ?? 0) & classes.lower) === 0) return false;
  }
  return true;
}

const publicIp =
  /^(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})(?!172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])$/u;

/** Private, loopback and multicast networks are no addresses to this rule. At most 15 characters. */
function isPublicIp(host: string): boolean {
  return publicIp.test(host);
}

function isHostUnit(code: number): boolean {
  return isLabelUnit(code) || code === 0x2e || code === 0x2d || code === 0x5f;
}

function isLabelUnit(code: number): boolean {
  // Surrogates do not count: the pattern's range ends with the basic plane.
  return isAsciiAlphanumeric(code) || (code >= 0xa1 && !(code >= 0xd800 && code <= 0xdfff));
}

function isAsciiAlphanumeric(code: number): boolean {
  const letter = code | 0x20;
  return isAsciiDigit(code) || (letter >= 0x61 && letter <= 0x7a && code < 0x80);
}

function isAsciiDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
