import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { artefactsIn } from './artefacts.ts';

const names = (text: string): readonly string[] => artefactsIn(text).map(({ name }) => name);

describe('traces in the raw text', () => {
  test('are named and counted', () => {
    for (const [text, name] of [
      ['zero\u200bwidth', 'zero_width'],
      ['join\u200der', 'zero_width'],
      ['soft\u00adhyphen', 'soft_hyphen'],
      ['in\u2063visible', 'invisible_operator'],
      ['turned \u202eback', 'direction_control'],
      ['tag\u{e0041}\u{e0042}', 'tag_characters'],
      ['carrier\ufe01\u{e0120}', 'variation_selector_run'],
      ['10\u202fkm', 'narrow_no_break_space'],
      ['see :contentReference[x]', 'chat_citation'],
      ['see turn0search12', 'chat_citation'],
      ['see \ue200cite', 'chat_citation'],
      ['see 【4†source】', 'chat_citation'],
      ['As an AI language model, I cannot', 'model_speaks'],
      ['as a large language model', 'model_speaks'],
      ['Certainly! Here is a summary of the text:\n\nIt', 'chat_preamble'],
    ] as const)
      assert.deepEqual(names(text), [name], JSON.stringify(text));
    assert.deepEqual(artefactsIn('a\u200bb\u200bc'), [
      { name: 'zero_width', block: 'text', weight: 0, detail: '2' },
    ]);
  });

  test('weigh nothing, but for an opening that introduces the text as chat answers do', () => {
    const weighing = artefactsIn('Sure! Here is it: as an AI language model\u200b').filter(
      ({ weight }) => weight !== 0,
    );
    assert.deepEqual(weighing, [{ name: 'chat_preamble', block: 'text', weight: 4 }]);
  });

  test('are not seen in plain text, other scripts, emoji and flags', () => {
    for (const text of [
      'Plain text — with “quotes”, naïve café, 日本語 and 😀.',
      '\ufeffA byte order mark at the start is none.',
      'می\u200cخواهم क्\u200dष 👩\u200d🔬 ❤\ufe0f',
      '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
      'He spoke as an artist. Sure he did, and here he is: home.',
    ])
      assert.deepEqual(names(text), [], JSON.stringify(text));
  });

  test('are found in linear time: 5 MB, 100,000 combining marks, one trace repeated', () => {
    const start = performance.now();
    for (const unit of [
      'a',
      '\u0301',
      '\u200b',
      '\ufe01',
      '\u{e0041}',
      'as an AI ',
      '【4',
      'turn0',
      'Sure! ',
    ])
      artefactsIn(unit.repeat(Math.ceil(5_000_000 / unit.length)));
    artefactsIn(`a${'\u0301'.repeat(100_000)}`);
    assert.ok(performance.now() - start < 15_000);
  });

  test('never make the probe throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void artefactsIn(text)),
      {
        seed: 3,
        numRuns: 300,
      },
    );
  });
});
