import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { english } from './english.ts';
import { ChunkSplitter } from './split-chunk.ts';

const splitter = new ChunkSplitter(english);

function tokens(chunk: string): string {
  let start = 0;
  const parts = splitter.split(chunk).cuts.map((end) => chunk.slice(start, (start = end)));
  return parts.join(' ');
}

describe('the splitter gives the tokens of spaCy 3.8 (measured with 3.8.18)', () => {
  const golden: { readonly [chunk: string]: string } = {
    "don't": "do n't",
    "it's": "it 's",
    'don’t': 'do n’t',
    "I'd've": "I 'd 've",
    cannot: 'can not',
    gonna: 'gon na',
    dont: 'do nt',
    well: 'well',
    'U.S.A.': 'U.S.A.',
    'e.g.': 'e.g.',
    'Dr.': 'Dr.',
    'USA.': 'USA .',
    'well-known': 'well - known',
    '$17.56': '$ 17.56',
    US$5: 'US$ 5',
    '5€': '5 €',
    'https://example.org/a?b=c#d': 'https://example.org/a?b=c#d',
    'someone@example.org': 'someone@example.org',
    '(see:http://a.b.com),': '( see : http://a.b.com ) ,',
    'word...': 'word ...',
    'word…': 'word …',
    '1,000.5km': '1,000.5 km',
    '20°C.': '20 ° C .',
    '10am': '10 am',
    '10-12': '10 - 12',
    'C++': 'C++',
    '#tag': '# tag',
    '---': '---',
    '***': '* * *',
    'hello,world': 'hello , world',
    'end.Start': 'end . Start',
    'and/or': 'and/or',
    'either/or': 'either / or',
    '(x)': '( x )',
    'hello:)': 'hello :)',
    '😀😀': '😀 😀',
    'a😀b': 'a 😀 b',
    中文: '中文',
    x: 'x',
  };
  for (const [chunk, expected] of Object.entries(golden))
    test(chunk, () => assert.equal(tokens(chunk), expected));
});

describe('ChunkSplitter', () => {
  const marks = [
    ...Array.from('aZ9.…\'’"-–(){}[]:;,/@#$%€+*=~😀é中'),
    "n't",
    'http://',
    '.com',
    'US$',
    ':)',
    '...',
  ];
  const chunks = fc
    .array(fc.constantFrom(...marks), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join(''));

  test('the tokens cover the chunk, none is empty, no surrogate pair is cut', () => {
    fc.assert(
      fc.property(chunks, (chunk) => {
        let last = 0;
        for (const end of splitter.split(chunk).cuts) {
          assert.ok(end > last);
          assert.ok(chunk.slice(last, end).isWellFormed());
          last = end;
        }
        assert.equal(last, chunk.length);
      }),
    );
  });

  test('marks around a word do not change the word', () => {
    const inner = fc.constantFrom('word', "don't", 'U.S.A.', 'a.b.com', 'well-known');
    fc.assert(fc.property(inner, (word) => assert.equal(tokens(`(${word})`), `( ${tokens(word)} )`)));
  });
});
