import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { isPlain } from './plain.ts';
import { tidy } from './tidy.ts';
import { foldTypography } from './typography.ts';

it('what looks plain is left alone by every step it spares', () => {
  const part = fc.constantFrom(
    'a',
    'n',
    's',
    'll',
    '9',
    ' ',
    ' ',
    "'",
    '"',
    '-',
    '.',
    ',',
    ':',
    '(',
    ')',
    '/',
    '&',
    '%',
    '$',
    '@',
    '!',
    '=',
    '?',
    ';',
    "n't",
    "'s",
    ' a',
    'a ',
    '#',
    '*',
    '_',
    '\n',
    '[',
    '>',
    '|',
    '+',
    '`',
    '~',
    'é',
    '\0',
  );
  let plain = 0;
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      if (!isPlain(text)) return;
      plain += 1;
      assert.equal(tidy(foldTypography(text), 4000), text);
    }),
    { numRuns: 40_000, seed: 4 },
  );
  // Guards the guard: a look that never says yes would pass, and spare nothing.
  assert.ok(plain > 500, `${plain} plain texts`);
});

it('ordinary prose looks plain', () => {
  assert.ok(
    isPlain(`He said: "It's fine" (well, mostly); we paid $5 - or 10 % more - didn't we?`.replace(' %', '%')),
  );
});
