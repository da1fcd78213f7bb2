import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { lookAlikes } from './attacks/look-alikes.ts';
import { seeded } from './calibrate/random.ts';
import { canonicalise } from './canonical.ts';
import { lookAlikesOf } from './text/confusables-table.ts';

/** An edit that no reader sees, driven by numbers in [0, 1) that come again for equal seeds. */
type Disguise = (text: string, uniform: () => number) => string;

const spaces = Array.from(' \t\n\u00a0\u1680\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000');
const zeroWidth = Array.from('\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u115f\u180e\u3164\ufe0f');
const bidi = Array.from('\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069');
const tags = ['\u{e0001}', '\u{e0041}', '\u{e0074}', '\u{e007f}', '\u{e0100}'];

const pick = (from: readonly string[], uniform: () => number): string =>
  from[Math.floor(uniform() * from.length)] ?? '';
const inserting =
  (from: readonly string[]): Disguise =>
  (text, uniform) =>
    Array.from(text, (one) => (uniform() < 0.2 ? one + pick(from, uniform) : one)).join('');
const replacing =
  (alphabet: { readonly [letter: string]: string | undefined }): Disguise =>
  (text, uniform) =>
    Array.from(text, (one) => (uniform() < 0.3 ? pick(Array.from(alphabet[one] ?? one), uniform) : one)).join(
      '',
    );

const disguises: { readonly [name: string]: Disguise } = {
  'Cyrillic look-alikes': replacing(lookAlikes.cyrillic),
  'look-alikes of other scripts': replacing(lookAlikes.other),
  'every look-alike of the standard': replacing(lookAlikesOf),
  'zero-width characters and soft hyphens': inserting(zeroWidth),
  'bidirectional controls': inserting(bidi),
  'tag characters and variation selectors': inserting(tags),
  'white space of every kind': (text, uniform) =>
    text.replaceAll(' ', () =>
      Array.from({ length: 1 + Math.floor(uniform() * 3) }, () => pick(spaces, uniform)).join(''),
    ),
  'paragraphs between sentences': (text) => text.replaceAll(/(?<=[.!?]) (?=[A-Z])/g, () => '\n\n'),
  'full-width letters': (text, uniform) =>
    text.replaceAll(/[A-Za-z]/g, (letter) =>
      uniform() < 0.3 ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter,
    ),
  'mathematical letters': (text, uniform) =>
    text.replaceAll(/[a-z]/g, (letter) =>
      uniform() < 0.3 ? String.fromCodePoint((letter.codePointAt(0) ?? 0) - 97 + 0x1d41a) : letter,
    ),
};

/** Sentences of words and numbers. No mark that would be markdown at the start of a line stands apart. */
const sentence = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.stringMatching(/^[a-z]{1,9}$/) },
      { weight: 1, arbitrary: fc.stringMatching(/^(?:[1-9][0-9]{0,3}|don't|well-made|the)$/) },
    ),
    {
      minLength: 5,
      maxLength: 14,
    },
  )
  .map((words) => `The ${words.join(' ')}.`);
const plain = fc.array(sentence, { minLength: 6, maxLength: 30 }).map((sentences) => sentences.join(' '));

describe('the canonical form of disguised text', () => {
  for (const [name, disguise] of Object.entries(disguises)) {
    it(`is that of the text: ${name}`, () => {
      fc.assert(
        fc.property(plain, fc.string(), (text, seed) => {
          const random = seeded(seed);
          const disguised = disguise(text, () => random.uniform());
          assert.notEqual(disguised, text);
          assert.equal(canonicalise(disguised), canonicalise(text));
        }),
        { numRuns: 60, seed: 4 },
      );
    });
  }

  it('takes linear time on five megabytes, whatever they are of', () => {
    const units = [
      'pаypal ',
      'pа',
      'сосна а ',
      '\u200b',
      `${'\u200b'.repeat(999)}а`,
      'aϲ ',
      'ab\u0430\u0323\u0301',
    ];
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(5_000_000 / unit.length));
      const { user } = process.cpuUsage();
      canonicalise(text);
      assert.ok(process.cpuUsage().user - user < 2_000_000, JSON.stringify(unit.slice(0, 8)));
    }
  });

  it('takes linear time on a hundred thousand combining marks in any order', () => {
    for (const marks of ['\u0301', '\u0301\u0323', '\u0323\u0301\u0338']) {
      const { user } = process.cpuUsage();
      canonicalise(`pа${marks.repeat(100_000)}ypal`);
      assert.ok(process.cpuUsage().user - user < 2_000_000, JSON.stringify(marks));
    }
  });
});
