import { BallastError } from '@ballast/stage';
import { Tokenizer } from '@huggingface/tokenizers';
import { secondErrors } from './errors.ts';
import type { SecondFolder } from './folder.ts';

/** Turns text into the ids a classifier was trained on. */
export interface TokenReader {
  /** Ids of the text without special tokens; a token the vocabulary cannot hold has none. */
  read(text: string): readonly number[];
  /** Special tokens before and after every window. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Fills a window whose length the model fixes; the attention mask hides it. */
  readonly padding: number;
}

/** Opens the tokenizer of a folder. Throws BALLAST_DETECT_SECOND_INVALID when tokenizer.json is of no kind it knows. */
export function openTokens(
  { tokenizer: json, tokenizerConfig }: Pick<SecondFolder, 'tokenizer' | 'tokenizerConfig'>,
  folder: string,
): TokenReader {
  try {
    const tokenizer = new Tokenizer(json, tokenizerConfig);
    const read = (text: string, special: boolean): readonly number[] =>
      // Typed as numbers, but a token without an id and without an unknown token gives undefined.
      tokenizer.encode(text, { add_special_tokens: special }).ids.filter(Number.isInteger);
    const sample = ['a', 'the', '1', '.'].find((text) => read(text, false).length > 0);
    if (sample === undefined) throw new RangeError('it knows no letter');
    return {
      read: (text) => read(text, false),
      ...specialsOf(read(sample, false), read(sample, true)),
      padding: paddingOf(tokenizer, tokenizerConfig),
    };
  } catch (cause) {
    throw new BallastError(
      secondErrors.invalid,
      `${folder}: tokenizer.json cannot be used: ${String(cause)}`,
      {
        cause,
      },
    );
  }
}

/** What the post-processor puts around a text, seen on a short one. */
function specialsOf(
  bare: readonly number[],
  whole: readonly number[],
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  for (let at = 0; at + bare.length <= whole.length; at += 1) {
    if (bare.every((id, i) => whole[at + i] === id))
      return { before: whole.slice(0, at), after: whole.slice(at + bare.length) };
  }
  throw new RangeError('its post-processor changes the tokens of the text');
}

function paddingOf(tokenizer: Tokenizer, config: Readonly<Record<string, unknown>>): number {
  const named = config['pad_token'];
  const names = [typeof named === 'string' ? named : undefined, '[PAD]', '<pad>'];
  for (const name of names) {
    const id = name === undefined ? undefined : tokenizer.token_to_id(name);
    if (id !== undefined) return id;
  }
  return 0;
}
