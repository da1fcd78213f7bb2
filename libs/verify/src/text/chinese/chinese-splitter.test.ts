import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { ChineseSplitter } from './chinese-splitter.ts';

const splitter = new ChineseSplitter();

function cut(text: string): readonly string[] {
  const { cuts } = splitter.split(text);
  return cuts.map((end, place) => text.slice(cuts[place - 1] ?? 0, end));
}

describe('Chinese words are those of jieba 0.42.1 (measured)', () => {
  const golden: { readonly [what: string]: string } = {
    'words of the dictionary': '我 | 来到 | 北京 | 清华大学',
    'the more probable of two readings': '研究 | 生命 | 起源',
    'a longer word at the end': '南京市 | 长江大桥',
    'a name that only the model knows': '欧阳 | 晴岚 | 和 | 柏凌芊 | 走 | 了',
    'words that the model makes beside those of the dictionary':
      '后 | 在 | 日本京都大学 | 深造 | ， | 网易 | 杭研 | 大厦',
    'traditional characters, as far as the dictionary has them': '總統府 | 發展 | 數據庫 | ， | 臺 | 灣大學',
    'Latin words of the dictionary': '买 | 了 | T恤 | 、 | C++ | 书 | 和 | AT&T | 卡',
    'numbers and marks within a block': 'B超 | 3 | - | 4 | 次 | ， | abc.5% | + | é | １ | ２',
    'numbers with two points': '1.5 | . | 6% | a',
    'marks side by side are one token': '%%%% | 你 | + | 好 | &&',
    'characters beyond U+9FD5 and of other planes stand alone': '𠮷 | 野家 | 㐂 | 々 | 〇 | 鿖',
    'characters that neither knows': '龘 | 靐 | 齉 | 爩',
    'a word that the best path parts stays parted, though the model would make one': '一 | 丸',
  };
  for (const [what, words] of Object.entries(golden))
    test(what, () => assert.equal(cut(words.replaceAll(' | ', '')).join(' | '), words));
});

describe('ChineseSplitter', () => {
  const character = fc.oneof(
    fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom(...Array.from('的一是中国大学生研究，。a1%.+-&é𠮷')),
  );
  const chunk = fc.array(character, { minLength: 1, maxLength: 60 }).map((parts) => parts.join(''));

  test('the words cover the chunk, none is empty, no surrogate pair is cut', () => {
    fc.assert(
      fc.property(chunk, (text) => {
        const words = cut(text);
        assert.equal(words.join(''), text);
        assert.ok(words.every((word) => word !== '' && word.isWellFormed()));
      }),
    );
  });

  test('a mark of Chinese parts what stands before it from what stands behind', () => {
    fc.assert(
      fc.property(chunk, chunk, (left, right) => {
        assert.deepEqual(cut(`${left}。${right}`), [...cut(left), '。', ...cut(right)]);
      }),
    );
  });

  test('a block of a million characters is cut, and leaves nothing in the next one', () => {
    const before = cut('研究生命起源');
    const words = cut('研究生命起源'.repeat(170_000));
    assert.equal(words.length, 3 * 170_000);
    assert.deepEqual(cut('研究生命起源'), before);
  });
});
