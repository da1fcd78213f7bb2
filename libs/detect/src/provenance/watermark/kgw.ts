import { createHmac } from 'node:crypto';
import { greenFinding } from './statistic.ts';
import type { WatermarkFinding } from './statistic.ts';

/** Whether a token is green after the tokens before it; `tokens[at]` is the token in question. */
export type Green = (tokens: readonly number[], at: number) => boolean;

/** How a text of this scheme was marked. */
export interface KgwScheme {
  /** Share of the vocabulary that is green. */
  readonly gamma: number;
  /** Tokens before the current one that seed the list. */
  readonly context: number;
  readonly isGreen: Green;
}

/**
 * The green-list test of Kirchenbauer et al. 2023 (arXiv 2301.10226): each distinct run of context and
 * token counts once, since a repeated n-gram is one observation.
 */
export function scoreKgw(
  tokens: readonly number[],
  { gamma, context, isGreen }: KgwScheme,
): WatermarkFinding {
  const seen = new Set<string>();
  let green = 0;
  for (let at = context; at < tokens.length; at += 1) {
    const run = tokens.slice(at - context, at + 1).join(' ');
    if (seen.has(run)) continue;
    seen.add(run);
    if (isGreen(tokens, at)) green += 1;
  }
  return greenFinding(green, seen.size, gamma);
}

/**
 * Green lists as the marking program wrote them, for a context of one token: row *t* is the bitset of
 * what is green after token *t*, least significant bit first. The generators that draw such lists differ
 * between devices and versions, so they are imported, never drawn again.
 */
export function greenTable(table: Uint8Array, vocabulary: number): Green {
  const rowBytes = Math.ceil(vocabulary / 8);
  return (tokens, at) => {
    const [before = -1, token = -1] = [tokens[at - 1], tokens[at]];
    if (before < 0 || token < 0 || token >= vocabulary) return false;
    return isSet(table, before * rowBytes, token);
  };
}

/**
 * Ballast's own keyed list, for people who mark text themselves: a token is green when the first 32 bits
 * of HMAC-SHA-256 over context and token (32-bit big-endian each) lie below gamma · 2³².
 */
export function greenByHmac(key: Uint8Array, context: number, gamma: number): Green {
  const limit = gamma * 2 ** 32;
  const bytes = Buffer.alloc(4 * (context + 1));
  return (tokens, at) => {
    for (let back = 0; back <= context; back += 1)
      bytes.writeUInt32BE(tokens[at - context + back] ?? 0, 4 * back);
    return createHmac('sha256', key).update(bytes).digest().readUInt32BE(0) < limit;
  };
}

/** Bit `index` of the bitset that begins at byte `start`, least significant bit first. */
export function isSet(bits: Uint8Array, start: number, index: number): boolean {
  return ((bits[start + (index >> 3)] ?? 0) & (1 << (index & 7))) !== 0;
}
