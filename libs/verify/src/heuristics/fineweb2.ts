import type { TokenizerName } from '../text/tokenizers.ts';
import type { FinewebThresholds } from './fineweb.ts';
import type { QualityThresholds } from './gopher-quality.ts';
import type { RepetitionThresholds } from './gopher-repetition.ts';
import type { Preset } from './preset.ts';

/** Languages of FineWeb-2 that have a preset. */
export type Fineweb2Language = keyof typeof languages;

/**
 * FineWeb-2's filters of one language (Penedo et al., arXiv 2506.20920; huggingface/fineweb-2,
 * `fineweb-2-pipeline.py`): repetition without its paragraph rules and its share of duplicate-line
 * characters, then FineWeb's rules without short lines and with duplicate characters 0.1, then quality.
 * Its language score is not a rule here: it is GlotLID's, which no other identifier's score replaces.
 */
export function fineweb2(language: Fineweb2Language, gopher: QualityThresholds) {
  const { tokenizer, stopWords, duplicateLines, topNgrams, duplicateNgrams, ...bounds } = languages[language];
  const { wordLengthMin, wordLengthMax, letterTokensMin, punctuatedLinesMin, newlinesPerToken } = bounds;
  return {
    name: `fineweb2/${language}`,
    tokenizer,
    stopWords: stopWords.split(' '),
    filters: ['repetition', 'fineweb', 'quality'],
    repetition: {
      duplicateParagraphs: 0,
      duplicateParagraphCharacters: 0,
      duplicateLines,
      duplicateLineCharacters: 0,
      topNgrams,
      duplicateNgrams,
    },
    fineweb: {
      punctuatedLinesMin,
      shortLines: 0,
      shortLineLength: 30,
      duplicateCharacters: 0.1,
      newlinesPerToken,
    },
    quality: { ...gopher, wordLengthMin, wordLengthMax, letterTokensMin, stopWordsMin: 2 },
  } as const satisfies Preset;
}

/** What differs from language to language. */
interface Language
  extends
    Pick<RepetitionThresholds, 'duplicateLines' | 'topNgrams' | 'duplicateNgrams'>,
    Pick<QualityThresholds, 'wordLengthMin' | 'wordLengthMax' | 'letterTokensMin'>,
    Pick<FinewebThresholds, 'punctuatedLinesMin' | 'newlinesPerToken'> {
  readonly tokenizer: TokenizerName;
  /** Joined by spaces. */
  readonly stopWords: string;
}

/** huggingface/fineweb-2, `configs/{deu_Latn,fra_Latn,spa_Latn,cmn_Hani,arb_Arab}.yml`, commit 05e6729 (spa: baedee4). */
const languages = {
  de: {
    tokenizer: 'spacy-3.8-de',
    duplicateLines: 0.263,
    topNgrams: [0.169, 0.153, 0.137],
    duplicateNgrams: [0.141, 0.134, 0.126, 0.117, 0.108, 0.098],
    punctuatedLinesMin: 0,
    newlinesPerToken: 0.152,
    wordLengthMin: 0,
    wordLengthMax: 15,
    letterTokensMin: 0.774,
    stopWords: 'der und die in von im den des mit das er dem als wurde für',
  },
  fr: {
    tokenizer: 'spacy-3.8-fr',
    duplicateLines: 0.264,
    topNgrams: [0.161, 0.149, 0.134],
    duplicateNgrams: [0.15, 0.141, 0.131, 0.121, 0.111, 0.1],
    punctuatedLinesMin: 0.1,
    newlinesPerToken: 0.185,
    wordLengthMin: 2,
    wordLengthMax: 11,
    letterTokensMin: 0.812,
    stopWords: "de la le et à en l' des du les est d' un une il dans par au",
  },
  es: {
    tokenizer: 'spacy-3.8-es',
    duplicateLines: 0.265,
    topNgrams: [0.077, 0.097, 0.112],
    duplicateNgrams: [0.152, 0.137, 0.123, 0.114, 0.107, 0.099],
    punctuatedLinesMin: 0.3,
    newlinesPerToken: 0.171,
    wordLengthMin: 4,
    wordLengthMax: 14,
    letterTokensMin: 0.825,
    stopWords: 'de la en el y a que del los se por un con una las su',
  },
  zh: {
    tokenizer: 'jieba-0.42',
    duplicateLines: 0.287,
    topNgrams: [0.256, 0.201, 0.171],
    duplicateNgrams: [0.198, 0.182, 0.167, 0.154, 0.14, 0.127],
    punctuatedLinesMin: 0.106,
    newlinesPerToken: 0.178,
    wordLengthMin: 1,
    wordLengthMax: 5,
    letterTokensMin: 0.735,
    stopWords: '的 年 在 月 是 和 日 了 於 · 為 有 被 人 中 为 他 與 後 也 而 由',
  },
  ar: {
    tokenizer: 'spacy-3.8-ar',
    duplicateLines: 0.304,
    topNgrams: [0.197, 0.172, 0.146],
    duplicateNgrams: [0.165, 0.153, 0.142, 0.131, 0.12, 0.109],
    punctuatedLinesMin: 0.143,
    newlinesPerToken: 0.189,
    wordLengthMin: 2,
    wordLengthMax: 9,
    letterTokensMin: 0.787,
    stopWords: '، في من على إلى عام أن مع أو هو عن التي كان بين ما كانت هي المتحدة بعد',
  },
} as const satisfies { readonly [language: string]: Language };
