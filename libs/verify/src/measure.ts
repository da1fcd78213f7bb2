/** What comparisons with other tools need (test/bench); no part of the verifier's own surface. */
export { bandNames, Shingles } from './dedup/minhash.ts';
export { chineseTexts } from './chinese-texts.ts';
export { examine } from './heuristics/examine.ts';
export { presets } from './heuristics/preset.ts';
export { languageTexts } from './language-texts.ts';
export { seededTexts } from './seeded-texts.ts';
export { codePointTexts } from './text/code-point-texts.ts';
export { Lexicon } from './text/lexicon.ts';
export { countSentences } from './text/sentences.ts';
export { tokenizers } from './text/tokenizers.ts';
export { checker } from './truth/check.ts';
export { differentPairs, equalPairs } from './truth/formula/golden-pairs.ts';
export { Words, wordsOf } from './text/words.ts';
