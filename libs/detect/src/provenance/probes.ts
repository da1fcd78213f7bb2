import { createHash } from 'node:crypto';
import { artefactProbe } from './artefacts.ts';
import { captureProbe } from './capture.ts';
import { declaredProbe } from './declared.ts';
import type { ProvenanceProbe } from './probe.ts';
import { sourceListProbe } from './source-list.ts';

/** The probes that need no keys, in the order of their evidence; `cutoffMs` is the capture cutoff, epoch milliseconds. */
export function plainProbes(cutoffMs: number): readonly ProvenanceProbe[] {
  return [sourceListProbe, captureProbe(cutoffMs), declaredProbe, artefactProbe];
}

/** First 16 hex digits of a hash over the ids and configurations of configured probes; undefined where there is none. */
export function probesHash(probes: readonly ProvenanceProbe[]): string | undefined {
  const configured = probes.filter(({ configuration }) => configuration !== undefined);
  if (configured.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const { id, configuration } of configured) hash.update(`${id}\0${configuration}\n`);
  return hash.digest('hex').slice(0, 16);
}
