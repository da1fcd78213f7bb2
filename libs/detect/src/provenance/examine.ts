import type { Evidence } from '@ballast/document';
import { evidenceSum } from '../weights.ts';
import { settledOrder } from './probe.ts';
import type { ProvenanceProbe, Settled, Subject } from './probe.ts';

/** What provenance alone says of a document, before any model sees it. */
export interface Provenance {
  /** Set when provenance settles the origin; then it is also the verdict's reason. */
  readonly settled: Settled | undefined;
  readonly evidence: readonly Evidence[];
}

/**
 * Asks every probe. The strongest settled origin wins: any claim of *synthetic* goes before attestation,
 * for an attested source may publish declared machine text. What attests human is set aside, too, where
 * the rest outweighs it (a keyed watermark in a text of an allow-listed source); then all of it is fused.
 */
export async function examine(subject: Subject, probes: readonly ProvenanceProbe[]): Promise<Provenance> {
  const evidence: Evidence[] = [];
  const settles = new Set<Settled>();
  for (const probe of probes) {
    const found = probe.examine(subject);
    const finding = found instanceof Promise ? await found : found;
    evidence.push(...finding.evidence);
    if (finding.settles !== undefined) settles.add(finding.settles);
  }
  const strongest = settledOrder.find((origin) => settles.has(origin));
  const isContested = strongest !== undefined && isAttested(strongest) && signedSum(evidence) > 0;
  return { settled: isContested ? undefined : strongest, evidence };
}

/** True for the origins that attest human. */
export function isAttested(settled: Settled): boolean {
  return settled.startsWith('attested_');
}

/** Unsigned claims and traces of the text contest no attestation: anyone can write them. */
function signedSum(evidence: readonly Evidence[]): number {
  return evidenceSum(
    0,
    evidence.filter(({ block }) => block !== 'text' && block !== 'claim'),
  );
}
