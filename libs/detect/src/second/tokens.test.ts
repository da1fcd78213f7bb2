import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf, tokenizerJson } from './classifier.fixture.ts';
import { openTokens } from './tokens.ts';

const tokens = openTokens({ tokenizer: tokenizerJson, tokenizerConfig: { pad_token: '[PAD]' } }, 'folder');

test('text becomes the ids of the Rust library', () => {
  // Written down from the Python package of Hugging Face's Rust library, tokenizers 0.23.3.
  for (const [text, wanted] of [
    ['The keeper wrotes', ['the', 'keeper', 'wr', '##ote', '##s']],
    ['the\u0000 ke\u00adeper\ttÉa', ['the', 'keeper', 't', '##e', '##a']],
    ['caf\u00e9 cafe\u0301', ['c', '##a', '##f', '##e', 'c', '##a', '##f', '##e']],
    ['the中hum', ['the', '[UNK]', 'hum']],
    ['mach!hum', ['mach', '[UNK]', 'hum']],
    ['Ωmega the', ['[UNK]', 'the']],
    ['x'.repeat(101), ['[UNK]']],
    ['the [SEP] hum', ['the', '[SEP]', 'hum']],
    [' \n ', []],
    ['\u0130stanbul the', ['i', '##s', '##t', '##a', '##n', '##b', '##u', '##l', 'the']],
    ['\ufb01re', ['[UNK]']],
    ['the\u200bkeeper', ['the', '##k', '##e', '##e', '##p', '##e', '##r']],
    ['\uff34\uff28\uff25 hum', ['[UNK]', 'hum']],
    ['e\u0301\u0327', ['e']],
    ['\u{1f600}the', ['[UNK]']],
    ['don\u2019t', ['d', '##o', '##n', '[UNK]', 't']],
    ['\u212a hum', ['k', 'hum']],
  ] as const) {
    assert.deepEqual(tokens.read(text), wanted.map(idOf), JSON.stringify(text));
  }
});

test('special tokens and padding come from the tokenizer', () => {
  assert.deepEqual([tokens.before, tokens.after, tokens.padding], [[2], [3], 0]);
  const bare = openTokens(
    { tokenizer: { ...tokenizerJson, post_processor: null }, tokenizerConfig: {} },
    'folder',
  );
  assert.deepEqual([bare.before, bare.after], [[], []]);
});

test('a tokenizer of no known kind is refused', () => {
  for (const tokenizer of [{}, { ...tokenizerJson, model: { type: 'Abacus' } }]) {
    assert.throws(() => openTokens({ tokenizer, tokenizerConfig: {} }, 'folder'), {
      code: 'BALLAST_DETECT_SECOND_INVALID',
      exit: 78,
    });
  }
});
