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
  return ((characterClasses[code] ?? 0) & (classes.letter | classes.wordCharacter)) !== 0;
}

/** Host, then an optional port of 2 to 5 digits of any script, then an optional path, query or fragment. */
function isHost(text: string, from: number, to: number): boolean {
  return isDomain(text, from, to) || isPublicIp(text, from, to);
}

function isEndOfAddress(text: string, end: number, to: number): boolean {
  let index = end;
  if (index < to && text.charCodeAt(index) === 0x3a) {
    index += 1;
    let digits = 0;
    for (; index < to && isDigit(codeAt(text, index)); index += width(codeAt(text, index))) digits += 1;
    if (digits < 2 || digits > 5) return false;
  }
  if (index === to) return true;
  const code = text.charCodeAt(index);
  return code === 0x2f || code === 0x3f || code === 0x23;
}

/** Labels of 1 to 64 units and a last part of 2 to 63 lower-case or caseless letters, then the end. */
function isDomain(text: string, from: number, to: number): boolean {
  let label = from;
  let index = from;
  for (; index < to && isHostUnit(text.charCodeAt(index)); index += 1) {
    if (text.charCodeAt(index) !== 0x2e) continue;
    const length = index - label;
    if (length < 1 || length > 64) return false;
    if (!isLabelUnit(text.charCodeAt(label)) || !isLabelUnit(text.charCodeAt(index - 1))) return false;
    label = index + 1;
  }
  if (label === from) return false;
  let letters = 0;
  let end = label;
  // Only here letters beyond the basic plane count.
  for (; end < to && letters < 64; letters += 1) {
    const code = codeAt(text, end);
    if (!((characterClasses[code] ?? 0) & classes.lower)) break;
    end += width(code);
  }
  return letters >= 2 && letters <= 63 && end >= index && isEndOfAddress(text, end, to);
}

const publicIp =
  /^(?!(?:10|127)(?:\.[\dD]{1,3}){3})(?!(?:169\.254|192\.168)(?:\.[\dD]{1,3}){2})(?!172\.(?:1[6-9]|2[\dD]|3[01])(?:\.[\dD]{1,3}){2})(?:[1-9][\dD]?|1[\dD][\dD]|2[01][\dD]|22[0-3])(?:\.(?:1?[\dD]{1,2}|2[0-4][\dD]|25[0-5])){2}\.(?:[1-9][\dD]?|1[\dD][\dD]|2[0-4][\dD]|25[0-4])$/u;

/**
 * Private, loopback and multicast networks are no addresses to this rule. Where the pattern says `\d`,
 * Python takes a digit of any script: those beyond ASCII stand as `D` here.
 */
function isPublicIp(text: string, from: number, to: number): boolean {
  let host = '';
  let end = from;
  while (end < to && host.length <= 15) {
    const code = codeAt(text, end);
    if (isAsciiDigit(code) || code === 0x2e) host += String.fromCharCode(code);
    else if (isDigit(code)) host += 'D';
    else break;
    end += width(code);
  }
  return host.length <= 15 && isEndOfAddress(text, end, to) && publicIp.test(host);
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

function isDigit(code: number): boolean {
  return ((characterClasses[code] ?? 0) & classes.digit) !== 0;
}

function codeAt(text: string, index: number): number {
  return text.codePointAt(index) ?? 0;
}

function width(code: number): number {
  return code > 0xffff ? 2 : 1;
}
