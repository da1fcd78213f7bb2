import type { ProvenanceProbe } from '@ballast/detect';
import { credentialProbe } from '@ballast/detect/credentials';
import type { Pipeline } from '@ballast/document';
import { readCredentials } from './credentials.ts';

/**
 * Opens the probes beside those that every detector has: watermarks where keys are configured, and
 * content credentials, with the pinned trust list if there is one. Throws what the probes refuse to
 * start with, exit 78, and BALLAST_DETECT_TRUST_LIST, exit 66, for a list that cannot be read.
 */
export async function openProbes(pipeline: Pipeline['detector']): Promise<readonly ProvenanceProbe[]> {
  const probes: ProvenanceProbe[] = [];
  if (pipeline.watermarks.length > 0) {
    const { openWatermarks } = await import('@ballast/detect/watermark');
    probes.push(await openWatermarks(pipeline.watermarks));
  }
  probes.push(credentialProbe(await readCredentials(pipeline.credentials)));
  return probes;
}
