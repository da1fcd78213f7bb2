import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes confusables-table.ts, the look-alikes of Latin letters, from the data file of Unicode Technical
 * Standard 39:
 *
 *     curl -O https://www.unicode.org/Public/security/latest/confusables.txt
 *     node libs/detect/src/text/generate-confusables.ts confusables.txt
 *     npx oxfmt libs/detect/src/text/confusables-table.ts
 *
 * The table says which version it was written from, and the hash of the file. Which characters are letters
 * is asked of this engine, so letters that its Unicode does not know yet stay out.
 */
function main(path: string | undefined): void {
  if (path === undefined) {
    process.stderr.write('usage: node libs/detect/src/text/generate-confusables.ts confusables.txt\n');
    process.exitCode = 64;
    return;
  }
  const file = readFileSync(path);
  const text = file.toString('utf8');
  const version = /^# Version: (\S+)/m.exec(text)?.[1];
  if (version === undefined) throw new Error(`${path} is no confusables.txt: it names no version`);
  const sha256 = createHash('sha256').update(file).digest('hex');
  const table = tableOf(text.split('\n').flatMap((line) => parseLine(line)));
  writeFileSync(
    fileURLToPath(new URL('confusables-table.ts', import.meta.url)),
    render(table, version, sha256),
  );
}

/** One line of the data: a code point, what it looks like, and the name of the latter. */
interface Entry {
  readonly source: string;
  readonly sourceName: string;
  readonly target: string;
  readonly targetName: string;
}

function parseLine(line: string): readonly Entry[] {
  const found = /^([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA\t#\*? \( .+? → .+? \) (.+) → ([^\t#]+)/.exec(line);
  if (found === null) return [];
  const [, source = '', target = '', sourceName = '', targetName = ''] = found;
  return [{ source: fromHex(source), sourceName, target: fromHex(target), targetName: targetName.trim() }];
}

function fromHex(codes: string): string {
  return String.fromCodePoint(
    ...codes
      .trim()
      .split(' ')
      .map((code) => Number.parseInt(code, 16)),
  );
}

/** Look-alikes by Latin letter, in code point order. */
function tableOf(entries: readonly Entry[]): ReadonlyMap<string, readonly string[]> {
  const letters = new Map<string, string>();
  for (const { source, sourceName, target, targetName } of entries) {
    const letter = latinLetter(target, targetName);
    if (letter === undefined) continue;
    if (isWanted(source, sourceName)) letters.set(source, inCaseOf(source, letter));
    // A prototype is the source of no line, yet a small capital looks like its letter as well.
    if (isWanted(target, targetName)) letters.set(target, letter);
  }
  const byLetter = Map.groupBy([...letters].filter(remains), ([, letter]) => letter);
  return new Map(
    [...byLetter]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([letter, found]) => [letter, found.map(([source]) => source).toSorted(byCodePoint)]),
  );

  /** False where NFKC makes it a character that means the same letter anyway. */
  function remains([source, letter]: readonly [string, string]): boolean {
    const normal = source.normalize('NFKC');
    return normal === source || (normal !== letter && letters.get(normal) !== letter);
  }
}

/** The standard's prototypes of m and I are "rn" and l; small capitals and kra stand for their letters. */
function latinLetter(target: string, name: string): string | undefined {
  if (/^[A-Za-z]$/.test(target)) return target;
  if (target === 'rn') return 'm';
  if (name === 'LATIN SMALL LETTER KRA') return 'k';
  return /^LATIN LETTER SMALL CAPITAL ([A-Z])$/.exec(name)?.[1]?.toLowerCase();
}

/** Capital i, capital iota and their like share the prototype l with the small letter. */
function inCaseOf(source: string, letter: string): string {
  return letter === 'l' && /\p{Lu}/u.test(source) ? 'I' : letter;
}

/**
 * Letters of other scripts, and those Latin ones that no orthography uses (small capitals, alpha and
 * script g of phonetics). Not East Asian ones, which stand beside Latin letters in ordinary text. Of the
 * symbols only the estimated sign, which is drawn as a letter.
 */
function isWanted(source: string, name: string): boolean {
  if (/^[\0-\x7f]/.test(source) || Array.from(source).length !== 1) return false;
  if (name === 'ESTIMATED SYMBOL') return true;
  if (!/^\p{L}$/u.test(source)) return false;
  if (
    /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Bopomofo}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(
      source,
    )
  ) {
    return false;
  }
  if (!/\p{Script=Latin}/u.test(source)) return true;
  return /^LATIN (?:LETTER SMALL CAPITAL [A-Z]|SMALL LETTER (?:ALPHA|SCRIPT G|KRA))$/.test(name);
}

function byCodePoint(a: string, b: string): number {
  return (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
}

function render(table: ReadonlyMap<string, readonly string[]>, version: string, sha256: string): string {
  const rows = [...table].map(([letter, sources]) => `  ${letter}: '${sources.map(escaped).join('')}',`);
  return `// Written by generate-confusables.ts; do not edit.
// From confusables.txt of Unicode Technical Standard 39, version ${version}
// (sha256 ${sha256}).
// © 2026 Unicode, Inc.; Unicode License V3, see LICENSE-Unicode.txt.

/** Letters that look like a Latin one, by that letter: as the standard has them, less what NFKC already folds. */
export const lookAlikesOf: { readonly [latin: string]: string } = {
${rows.join('\n')}
};
`;
}

function escaped(source: string): string {
  const hex = (source.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

main(process.argv[2]);
