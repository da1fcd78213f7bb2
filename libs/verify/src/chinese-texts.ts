import { between, pick, randomOf, repeat } from './seeded-texts.ts';
import type { Random } from './seeded-texts.ts';

const frequent = Array.from(
  `的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都
  然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点
  月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关並個來
  們國學對會發時電體龍門數據臺灣鄉縣樣號黃劉陳張吳鄭`.replace(/\s/gu, ''),
);
const odd = [
  ...Array.from(
    `，。！？、；：“”‘’（）《》—…·～+#&._%-@/\\|()[]{}<>=*^$~'"㐀鿖鿿豈𠮷𠀀😀éß１Ａ々〇ㄅーアあ한م٣`,
  ),
  '\u200b',
  '\ufeff',
];
const spaces = [' ', ' ', '\n', '\t', '\u3000', '\u00a0', '\r\n', '\u001c', '\u0085', '\u2028'] as const;
const latin = 'abcxyzABCXYZ0123456789+#&._%-'.split('');

/** Words of jieba's dictionary, phrases that can be cut in two ways, names that no dictionary has. */
const ownWords =
  `港口 渡船 船长 岛屿 书信 图书馆 旅行者 小提琴 研究生命起源 南京市长江大桥 乒乓球拍卖完了 结婚的和尚未结婚的
  中华人民共和国 北京大学 清华大学 中国科学院计算所 日本京都大学 网易杭研大厦 刘大壮 柏凌芊 欧阳晴岚 尉迟小满 阿迪力江 命中注定
  一五一十 千方百计 不管三七二十一 工信处女干事 交换机等技术性器件 下雨天留客天 一次性交易 發展中國家 總統府 捷運站 電腦軟體 龍門陣
  數據庫 臺灣大學 這裡 裡面 C++ C# T恤 AT&T B超 卡拉OK 3D打印 A股`.split(/\s+/u);

/**
 * Texts for comparisons with jieba: of `words`, simplified and traditional, of characters that make words by
 * chance and others that no dictionary has, of Latin words and numbers glued to them, marks of many scripts
 * and white space of every kind. The same seed gives the same texts.
 */
export function* chineseTexts(
  seed: number,
  count: number,
  words: readonly string[] = ownWords,
): Generator<string> {
  for (let number = 0; number < count; number += 1) {
    const random = randomOf(seed * 1_000_003 + number);
    const parts = partsOf(words);
    const shares: readonly number[] = mixtures[number % mixtures.length] ?? [];
    yield repeat(between(random, 1, 120), () => {
      let left = random() * shares.reduce((sum, share) => sum + share, 0);
      const part = parts[shares.findIndex((share) => (left -= share) < 0)];
      return part?.(random) ?? '';
    }).join('');
  }
}

const partsOf = (words: readonly string[]): readonly ((random: Random) => string)[] => [
  (random) => pick(random, words),
  (random) => pick(random, frequent),
  (random) => String.fromCodePoint(between(random, 0x4e00, 0x9fd5)),
  (random) => pick(random, odd),
  (random) => repeat(between(random, 1, 8), () => pick(random, latin)).join(''),
  (random) => pick(random, spaces),
];

/** Shares of the parts above. */
const mixtures = [
  [18, 4, 1, 1, 1, 0.5],
  [10, 2, 0, 1, 0, 0.2],
  [0, 10, 10, 0, 0, 0.2],
  [4, 8, 1, 0.3, 0.3, 0.3],
  [4, 2, 1, 5, 8, 2],
  [1, 20, 0, 1, 0.5, 0.3],
] as const;
