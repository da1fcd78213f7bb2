import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Documents of this many characters at most; a longer file is cut at a blank line into up to {@link piecesMax}. */
const lengthMax = 4000;
const piecesMax = 6;
/** Larger files are data, not documentation. */
const fileBytesMax = 400_000;

/**
 * At most `count` different documents from the documentation of what is installed on this host: README
 * and changelog files, licences, package descriptions, manuals and man pages below `roots`. In an order
 * fixed by their text, so that the same host gives the same documents. Nothing is copied anywhere.
 */
export function installedTexts(roots: readonly string[], count: number): string[] {
  const texts = new Map<string, string>();
  for (const file of roots.flatMap(documentationIn)) {
    for (const text of piecesOf(readText(file))) {
      texts.set(createHash('sha1').update(text).digest('hex'), text);
    }
  }
  return [...texts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([, text]) => text);
}

const names =
  '{*.md,*.rst,*.txt,*.1.gz,*.5.gz,*.7.gz,*.8.gz,METADATA,README*,CHANGELOG*,CHANGES*,HISTORY*,LICEN[CS]E*,copyright,NEWS*,changelog.gz}';

function documentationIn(root: string): string[] {
  return globSync(join('**', names), { cwd: root })
    .map((name) => join(root, name))
    .toSorted();
}

function readText(file: string): string {
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > fileBytesMax) return '';
    const bytes = readFileSync(file);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      file.endsWith('.gz') ? gunzipSync(bytes) : bytes,
    );
  } catch {
    // Not text, not readable or gone: not a document.
    return '';
  }
}

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > lengthMax && pieces.length < piecesMax - 1) {
    const cut = rest.lastIndexOf('\n\n', lengthMax);
    const end = cut > lengthMax / 4 ? cut : lengthMax;
    pieces.push(wellFormed(rest.slice(0, end)));
    rest = rest.slice(end).replace(/^\n+/u, '');
  }
  pieces.push(wellFormed(rest.slice(0, lengthMax)));
  return pieces.filter((piece) => piece.length >= 200);
}

/** A cut may part a surrogate pair. */
function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1);
}
