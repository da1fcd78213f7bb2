import { gopherStopWords } from '../text/lexicon.ts';
import type { TokenizerName } from '../text/tokenizers.ts';
import { tokenizerVersion } from '../text/words.ts';
import type { C4Thresholds } from './c4.ts';
import type { DclmThresholds } from './dclm.ts';
import type { FinewebThresholds } from './fineweb.ts';
import { fineweb2 } from './fineweb2.ts';
import type { QualityThresholds } from './gopher-quality.ts';
import type { RepetitionThresholds } from './gopher-repetition.ts';

/** One of the filters that a preset is made of. */
export type FilterName = 'repetition' | 'quality' | 'c4' | 'fineweb' | 'dclm';

/** A named, complete set of rules and bounds. The name stands in every verdict. */
export interface Preset {
  readonly name: string;
  readonly tokenizer: TokenizerName;
  /** At most 32 words, as written. */
  readonly stopWords: readonly string[];
  /** Filters in the order they judge; each has its bounds below. */
  readonly filters: readonly FilterName[];
  readonly repetition?: RepetitionThresholds;
  readonly quality?: QualityThresholds;
  readonly c4?: C4Thresholds;
  readonly fineweb?: FinewebThresholds;
  readonly dclm?: DclmThresholds;
}

/** Rae et al., arXiv 2112.11446, Table A1; datatrove 0.10, DCLM and NeMo agree on the numbers. */
const gopherRepetition = {
  duplicateParagraphs: 0.3,
  duplicateParagraphCharacters: 0.2,
  duplicateLines: 0.3,
  duplicateLineCharacters: 0.2,
  topNgrams: [0.2, 0.18, 0.16],
  duplicateNgrams: [0.15, 0.14, 0.13, 0.12, 0.11, 0.1],
} as const satisfies RepetitionThresholds;

/** As above. */
const gopherQuality = {
  wordsMin: 50,
  wordsMax: 100_000,
  wordLengthMin: 3,
  wordLengthMax: 10,
  symbolsPerToken: 0.1,
  bulletLines: 0.9,
  ellipsisLines: 0.3,
  letterTokensMin: 0.8,
  stopWordsMin: 2,
} as const satisfies QualityThresholds;

const datatrove = {
  name: 'datatrove-0.10',
  tokenizer: tokenizerVersion,
  stopWords: gopherStopWords,
  filters: ['repetition', 'quality', 'c4', 'fineweb'],
  repetition: gopherRepetition,
  quality: gopherQuality,
  // FineWeb runs C4 without its end-mark rule.
  c4: { endMarks: '', lineWordsMin: 3, countsCitations: true, sentencesMin: 5 },
  fineweb: {
    punctuatedLinesMin: 0.12,
    shortLines: 0.67,
    shortLineLength: 30,
    duplicateCharacters: 0.01,
    newlinesPerToken: 0.3,
  },
} as const satisfies Preset;

/**
 * The presets by name. `datatrove-0.10` is the FineWeb chain with the values of datatrove 0.10's code,
 * which differ in places from the papers and from its own documentation (FineWeb's duplicate characters:
 * 0.01, the paper says 0.1; C4: 3 words and 5 sentences, TensorFlow Datasets has 5 and 3).
 */
export const presets = {
  'datatrove-0.10': datatrove,
  // Penedo et al., arXiv 2406.17557: the paper's bound where the code has 0.01.
  'fineweb-paper': {
    ...datatrove,
    name: 'fineweb-paper',
    fineweb: { ...datatrove.fineweb, duplicateCharacters: 0.1 },
  },
  // tensorflow/datasets, text/c4_utils.py. Sentences by spaCy's rules: Punkt's trained model is not here.
  'c4-tfds': {
    name: 'c4-tfds',
    tokenizer: tokenizerVersion,
    stopWords: gopherStopWords,
    filters: ['c4'],
    c4: { endMarks: '.?!"', lineWordsMin: 5, countsCitations: false, sentencesMin: 3 },
  },
  dclm: {
    name: 'dclm',
    tokenizer: 'icu',
    stopWords: gopherStopWords,
    filters: ['dclm'],
    dclm: { quality: gopherQuality, repetition: gopherRepetition },
  },
  'fineweb2/de': fineweb2('de', gopherQuality),
  'fineweb2/fr': fineweb2('fr', gopherQuality),
  'fineweb2/es': fineweb2('es', gopherQuality),
  'fineweb2/zh': fineweb2('zh', gopherQuality),
  'fineweb2/ar': fineweb2('ar', gopherQuality),
} as const satisfies { readonly [name: string]: Preset };
