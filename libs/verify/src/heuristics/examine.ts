import { Lexicon } from '../text/lexicon.ts';
import { codePoints } from '../text/lines.ts';
import { tokenizers } from '../text/tokenizers.ts';
import { Words } from '../text/words.ts';
import { judgeC4 } from './c4.ts';
import type { LineRanges } from './c4.ts';
import { judgeDclm } from './dclm.ts';
import { Findings } from './findings.ts';
import type { Parts } from './findings.ts';
import { judgeFineweb } from './fineweb.ts';
import { judgeQuality } from './gopher-quality.ts';
import { judgeRepetition } from './gopher-repetition.ts';
import { Ngrams } from './ngrams.ts';
import type { Preset } from './preset.ts';

/** What the quality rules found in one text. */
export interface Examination {
  /** Every measured value by rule, so that other bounds can be tried without a second run. */
  readonly ratios: { readonly [rule: string]: number };
  /**
   * Every rule that the text fails, in the preset's order, by datatrove's reason strings. The first is
   * datatrove's verdict.
   */
  readonly failed: readonly string[];
  /** Tokens by the preset's tokenizer, punctuation marks included. */
  readonly tokens: number;
  /** Lines that C4's line rules keep; absent when every line with text on it stays. */
  readonly keptLines?: LineRanges | undefined;
  /** What the ratios were divided from, and what C4's rules left; only when asked for. */
  readonly traced?: { readonly parts: { readonly [rule: string]: Parts }; readonly view: string };
}

/**
 * Judges a text by all rules of a preset. The text is tokenised once. C4's rules edit a view, and FineWeb's
 * rules judge that view; the text is untouched. A rule that fails does not end the examination. Time is
 * linear in the length of the text; no text makes it throw. Lone surrogates should be refused before (the
 * document decoder does). `trace` adds what comparisons with other tools need.
 */
export function examine(text: string, preset: Preset, trace = false): Examination {
  const { lexicon, words, spare } = benchOf(preset);
  lexicon.settle();
  words.read(text);
  const findings = new Findings(trace);
  let view: View = { text, tokens: words.count };
  for (const filter of preset.filters) {
    if (filter === 'repetition' && preset.repetition !== undefined)
      judgeRepetition(words, ngrams, preset.repetition, findings);
    if (filter === 'quality' && preset.quality !== undefined) judgeQuality(words, preset.quality, findings);
    if (filter === 'c4' && preset.c4 !== undefined) view = judgeC4(words, spare, preset.c4, findings);
    if (filter === 'fineweb' && preset.fineweb !== undefined)
      judgeFineweb(view.text, view.tokens, lengthOf(view.text, words), preset.fineweb, findings);
    if (filter === 'dclm' && preset.dclm !== undefined) judgeDclm(words, preset.dclm, findings);
  }
  return {
    ratios: findings.ratios,
    failed: findings.failed,
    tokens: words.count,
    keptLines: view.keptLines,
    ...(findings.parts === undefined ? {} : { traced: { parts: findings.parts, view: view.text } }),
  };
}

/** Code points of a text made of parts of another: most texts have no surrogate pair to look for. */
function lengthOf(text: string, of: Words): number {
  return of.pairs === 0 ? text.length : codePoints(text);
}

interface View {
  readonly text: string;
  readonly tokens: number;
  readonly keptLines?: LineRanges | undefined;
}

/** What is reused from text to text; nothing of one text shows in the next result. */
interface Bench {
  readonly lexicon: Lexicon;
  readonly words: Words;
  readonly spare: Words;
}

const ngrams = new Ngrams();
const benches = new WeakMap<Preset, Bench>();

function benchOf(preset: Preset): Bench {
  const known = benches.get(preset);
  if (known !== undefined) return known;
  const lexicon = new Lexicon({ splitter: tokenizers[preset.tokenizer](), stopWords: preset.stopWords });
  const bench = { lexicon, words: new Words(lexicon), spare: new Words(lexicon) };
  benches.set(preset, bench);
  return bench;
}
