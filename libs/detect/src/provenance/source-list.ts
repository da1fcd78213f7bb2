import type { Evidence } from '@ballast/document';
import { weights } from '../weights.ts';
import type { ProvenanceProbe } from './probe.ts';
import { nothing } from './probe.ts';

/**
 * What the source registry says of the source. Synthetic needs nobody's trust; human attests only
 * through an ingest that is trusted to name sources, and is shown with weight 0 where it is not, so
 * that a reader sees which word of trust is missing.
 */
export const sourceListProbe: ProvenanceProbe = {
  id: 'source_list/1',
  examine({ facts, trust }) {
    if (facts.trust === 'none') return nothing;
    const entry = (name: string, weight: number): Evidence => ({
      name,
      block: 'registry',
      weight,
      ...(facts.match === undefined ? {} : { detail: facts.match }),
    });
    if (facts.trust === 'synthetic') {
      return {
        evidence: [entry('source_list', weights.syntheticSource)],
        settles: 'source_publishes_synthetic',
      };
    }
    if (!trust.has('source')) return { evidence: [entry('source_list_untrusted_ingest', 0)] };
    return { evidence: [entry('source_list', weights.humanSource)], settles: 'attested_by_source' };
  },
};
