import type { C4Thresholds } from './c4.ts';
import type { FinewebThresholds } from './fineweb.ts';
import type { QualityThresholds } from './gopher-quality.ts';
import type { RepetitionThresholds } from './gopher-repetition.ts';

/** A named, complete set of rules and bounds. The name stands in every verdict. */
export interface Preset {
  readonly name: string;
  readonly repetition: RepetitionThresholds;
  readonly quality: QualityThresholds;
  readonly c4: C4Thresholds;
  readonly fineweb: FinewebThresholds;
}

/**
 * The presets by name. `datatrove-0.10` is the FineWeb chain with the values of datatrove 0.10's code,
 * which differ in places from the papers and from its own documentation (FineWeb's duplicate characters:
 * 0.01, the paper says 0.1; C4: 3 words and 5 sentences, TensorFlow Datasets has 5 and 3).
 */
export const presets = {
  'datatrove-0.10': {
    name: 'datatrove-0.10',
    repetition: {
      duplicateParagraphs: 0.3,
      duplicateParagraphCharacters: 0.2,
      duplicateLines: 0.3,
      duplicateLineCharacters: 0.2,
      topNgrams: [0.2, 0.18, 0.16],
      duplicateNgrams: [0.15, 0.14, 0.13, 0.12, 0.11, 0.1],
    },
    quality: {
      wordsMin: 50,
      wordsMax: 100_000,
      wordLengthMin: 3,
      wordLengthMax: 10,
      symbolsPerToken: 0.1,
      bulletLines: 0.9,
      ellipsisLines: 0.3,
      letterTokensMin: 0.8,
      stopWordsMin: 2,
    },
    // FineWeb runs C4 without its end-mark rule.
    c4: { endMarks: false, lineWordsMin: 3, sentencesMin: 5 },
    fineweb: {
      punctuatedLinesMin: 0.12,
      shortLines: 0.67,
      shortLineLength: 30,
      duplicateCharacters: 0.01,
      newlinesPerToken: 0.3,
    },
  },
} as const satisfies { readonly [name: string]: Preset };
