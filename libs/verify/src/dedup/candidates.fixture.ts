import { hash } from 'node:crypto';
import type { Position, VerifyJudgement } from '@ballast/document';
import type { Candidate } from './decide.ts';
import type { FirstSeenIndex } from './first-seen.ts';

/** A position of one ingest partition. */
export function at(offset: number, partition = 0, topic = 'documents.raw'): Position {
  return { topic, partition, offset: BigInt(offset) };
}

/** What makes a candidate a replayed copy of the document at `root`; copies of the same `bytes` are one document. */
export function copyOf(root: number, bytes = 'same'): Pick<Candidate, 'replayOf'> {
  return { replayOf: { root: at(root), sha256: hash('sha256', bytes) } };
}

/** A candidate that is kept unless its one signature is held; `over` overrides any field. */
export function candidate(
  offset: number,
  text: string,
  over: Partial<Candidate> & { readonly verdictOver?: Partial<VerifyJudgement> } = {},
): Candidate {
  const { verdictOver, ...fields } = over;
  const verdict: VerifyJudgement = {
    stage: 'verify',
    version: 'test',
    action: 'keep',
    reason: 'ok',
    preset: 'none',
    tokenizer: 'none',
    ratios: {},
    failed: [],
    verified: false,
    ...verdictOver,
  };
  return { position: at(offset), strength: 'p50', signatures: [text], verdict, ...fields };
}

/** Decides one after the other and gives each outcome in short: `keep`, the reason, or `settled`. */
export async function outcomes(
  index: FirstSeenIndex,
  ...candidates: readonly Candidate[]
): Promise<string[]> {
  const verdicts = await index.decide(candidates);
  return verdicts.map((verdict) => {
    if (verdict === undefined) return 'settled';
    return verdict.action === 'keep' ? 'keep' : verdict.reason;
  });
}

/** A candidate with a text of its own whose near signature consists of these bands. */
export function near(
  offset: number,
  bands: string,
  over: Parameters<typeof candidate>[2] & {
    readonly action?: 'record' | 'reject';
    readonly expireDays?: number;
  } = {},
): Candidate {
  const { action = 'reject', expireDays, ...fields } = over;
  return candidate(offset, `text ${offset}`, {
    near: { bands: bands.split(' '), action, ...(expireDays === undefined ? {} : { expireDays }) },
    ...fields,
  });
}
