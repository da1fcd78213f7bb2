import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { canonicalise, canonicalLengthMax } from './canonical.ts';

/** Pieces that interact: marks, scripts, accents, invisible characters, surrogates, preambles. */
const piece = fc.oneof(
  fc.constantFrom(
    'a',
    'é',
    'а',
    'е',
    'ж',
    'ο',
    'α',
    'λ',
    'օ',
    'Ꭺ',
    'ש',
    'م',
    '漢',
    '\u0301',
    '\u0338',
    '\u200b',
    '\u200d',
    '\ufe0f',
    '\u{e0041}',
    '\u202e',
    '\ufeff',
    '\u00a0',
    '\u3164',
    '\u00ad',
    'ﬁ',
    '①',
    '…',
    '—',
    '–',
    '’',
    '“',
    '*',
    '**',
    '_',
    '__',
    '`',
    '``',
    '~~',
    '# ',
    '> ',
    '- ',
    '--',
    '---',
    '|',
    '[',
    ']',
    '(',
    ')',
    '](x)',
    '![',
    ' ',
    '  ',
    '\n',
    '\t',
    ' ,',
    ' .',
    '( ',
    "'",
    "''",
    " n't",
    " 's",
    'Sure! ',
    'Here is the text: ',
    '\0',
    '\ud83d',
    '\udc4b',
    '👋',
    'ǆ',
    'ﷺ',
    '가',
    '각',
    '\u1100',
    '\u1161',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const tangled = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(''));

describe('canonicalise', () => {
  it('is idempotent on tangled Unicode', () => {
    fc.assert(
      fc.property(tangled, (text) => {
        const once = canonicalise(text);
        assert.equal(canonicalise(once), once);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  it('is idempotent where the cut falls, and never longer than the limit', () => {
    fc.assert(
      fc.property(tangled, fc.nat(80), (text, before) => {
        const once = canonicalise(`${'abc '.repeat(480)}${'x'.repeat(before)}${text}${text}${text}`);
        assert.ok(once.length <= canonicalLengthMax);
        assert.equal(canonicalise(once), once);
        assert.equal(once, once.trim());
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it('never parts a surrogate pair', () => {
    for (let before = 0; before < 4; before += 1) {
      assert.ok(canonicalise('x'.repeat(before) + '👋'.repeat(1200)).isWellFormed());
    }
  });

  it('leaves Cyrillic, Greek, Armenian, Hebrew, Arabic and Chinese words as they are', () => {
    const texts = [
      'Съешь же ещё этих мягких французских булок, да выпей чаю.',
      'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.',
      'Բոլոր մարդիկ ծնվում են ազատ ու հավասար.',
      'כל בני אדם נולדו בני חורין',
      'يولد جميع الناس أحرارا',
      '人人生而自由,在尊严和权利上一律平等。',
      'The word сосна means pine, and μ is a mean.',
    ];
    for (const text of texts) assert.equal(canonicalise(text), text.normalize('NFKC'));
  });

  it('undoes homoglyphs of several alphabets inside words', () => {
    assert.equal(canonicalise('The quiсk brоwn fоx'), 'The quick brown fox');
    assert.equal(canonicalise('Τhe quιck brοwn fοx'), 'The quick brown fox');
    assert.equal(canonicalise('Ꭲhe quicᏦ brօwn foх'), 'The quicK brown fox');
    assert.equal(canonicalise('𝐓𝐡𝐞 ｑｕｉｃｋ 𝒷𝓇ℴ𝓌𝓃'), 'The quick brown');
  });

  it('sees through invisible characters, also between the letters of two scripts', () => {
    assert.equal(canonicalise('p\u200bа\u200dy\u00adpal \ufeffis\u{e0041} here\ufe0f'), 'paypal is here');
  });

  it('writes typographic marks plainly', () => {
    assert.equal(canonicalise('“It’s — well…” 10–20\u00a0%'), `"It's - well..." 10-20%`);
  });

  it('takes markdown marks out and keeps what they mark', () => {
    const text =
      '# A *heading*\n\n> - **Bold**, `code`, snake_case, 2 * 3 and [a link](https://x.y/z).\n---\n_end_';
    assert.equal(canonicalise(text), 'A heading Bold, code, snake_case, 2 * 3 and a link. end');
  });

  it('takes the preamble of a chat answer off, however many there are', () => {
    assert.equal(
      canonicalise('Sure! Here is a revised version of the text:\n\nThe cat sat.'),
      'The cat sat.',
    );
    assert.equal(canonicalise('Certainly! Sure! Here is the story: It was.'), 'It was.');
    assert.equal(canonicalise("Here's the thing: I owe taxes."), "Here's the thing: I owe taxes.");
  });

  it('undoes the spacing of a tokeniser', () => {
    assert.equal(
      canonicalise("I do n't know , it 's ( so they say ) fine ! `` Yes . ''"),
      `I don't know, it's (so they say) fine! " Yes. "`,
    );
  });

  it('makes one line of any white space', () => {
    assert.equal(canonicalise(' a\r\n\r\nb\t c\u2003d\u0085e\0f '), 'a b c d e f');
  });

  it('takes linear time on a megabyte of anything', () => {
    const units = [
      'a',
      ' ',
      '\n',
      '*',
      '[',
      '- ',
      '> ',
      'Sure! ',
      '\u200b',
      'а',
      'é',
      "'",
      '[a](',
      '\u0301',
      '(',
      '_',
    ];
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      const start = performance.now();
      canonicalise(text);
      // Linear passes take some 30 ms; a quadratic one takes seconds to minutes.
      assert.ok(performance.now() - start < 1000, JSON.stringify(unit));
    }
  });
});
