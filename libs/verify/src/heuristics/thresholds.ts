import { presets } from './preset.ts';
import type { Preset } from './preset.ts';

/**
 * The bound that a rule of a preset compares its value with; undefined for an unknown preset and for
 * rules without one (`empty`, `lorem_ipsum`, `curly_bracket`).
 */
export function thresholdOf(presetName: string, rule: string): number | undefined {
  const preset = Object.values<Preset>(presets).find(({ name }) => name === presetName);
  return preset === undefined ? undefined : boundsOf(preset).get(rule);
}

function boundsOf({ repetition, quality, c4, fineweb, dclm }: Preset): ReadonlyMap<string, number> {
  return new Map([
    ...repetitionBounds(repetition ?? dclm?.repetition),
    ...qualityBounds(quality ?? dclm?.quality),
    ...(dclm === undefined ? [] : [['gopher_too_many_symbols', dclm.quality.symbolsPerToken] as const]),
    ...(c4 === undefined ? [] : [['too_few_sentences', c4.sentencesMin] as const]),
    ...finewebBounds(fineweb),
  ]);
}

type Bounds = readonly (readonly [rule: string, bound: number])[];

function repetitionBounds(repetition: Preset['repetition']): Bounds {
  if (repetition === undefined) return [];
  return [
    ['dup_para_frac', repetition.duplicateParagraphs],
    ['dup_para_char_frac', repetition.duplicateParagraphCharacters],
    ['dup_line_frac', repetition.duplicateLines],
    ['dup_line_char_frac', repetition.duplicateLineCharacters],
    ...repetition.topNgrams.map((bound, index) => [`top_${index + 2}_gram`, bound] as const),
    ...repetition.duplicateNgrams.map((bound, index) => [`duplicated_${index + 5}_n_grams`, bound] as const),
  ];
}

function qualityBounds(quality: Preset['quality']): Bounds {
  if (quality === undefined) return [];
  return [
    ['gopher_short_doc', quality.wordsMin],
    ['gopher_long_doc', quality.wordsMax],
    ['gopher_below_avg_threshold', quality.wordLengthMin],
    ['gopher_above_avg_threshold', quality.wordLengthMax],
    ['gopher_too_many_hashes', quality.symbolsPerToken],
    ['gopher_too_many_ellipsis', quality.symbolsPerToken],
    ['gopher_too_many_bullets', quality.bulletLines],
    ['gopher_too_many_end_ellipsis', quality.ellipsisLines],
    ['gopher_below_alpha_threshold', quality.letterTokensMin],
    ['gopher_enough_stop_words', quality.stopWordsMin],
  ];
}

function finewebBounds(fineweb: Preset['fineweb']): Bounds {
  if (fineweb === undefined) return [];
  return [
    ['line_punct_ratio', fineweb.punctuatedLinesMin],
    ['short_line_ratio', fineweb.shortLines],
    ['char_dup_ratio', fineweb.duplicateCharacters],
    ['list_ratio', fineweb.newlinesPerToken],
  ];
}
