/**
 * A stage service that judges nothing: every document gets the same verdict. What is left is what moving
 * documents through Ballast costs.
 *
 *   node test/bench/pass-through.ts detector|verifier|oversampler --state DIR --brokers host:port …
 */
import { detectedTopic, isIngestTopic, lanes, refusals, topicOf, verifiedTopic } from '@ballast/document';
import type { DetectVerdict, OversampleVerdict, Verdict, VerifyVerdict } from '@ballast/document';
import { serve } from '@ballast/host';
import type { StageService } from '@ballast/host';
import { openOnBrokers } from '@ballast/kafka';
import { route } from '@ballast/oversample';

const kept = { version: 'bench', action: 'keep', reason: 'bench' } as const;
const detected: DetectVerdict = {
  ...kept,
  stage: 'detect',
  pool: 'anchor',
  band: 'p10',
  p: 0,
  pUpper: 0,
  eps: 0,
  calibrated: true,
  family: 'bench',
  basis: 'attested',
  evidence: [],
  snapshots: { model: 'none', calibration: 'none', prevalence: 'none' },
};
const verified: VerifyVerdict = {
  ...kept,
  stage: 'verify',
  preset: 'none',
  tokenizer: 'none',
  ratios: {},
  failed: [],
  verified: false,
};
const oversampled: OversampleVerdict = {
  ...kept,
  stage: 'oversample',
  stratum: 'unknown',
  repeats: 1,
  tokens: 300,
  snapshots: { reference: 'none', census: 'none' },
};

const services: { readonly [name: string]: StageService } = {
  detector: passThrough('detector', detected, isIngestTopic, [detectedTopic]),
  verifier: passThrough('verifier', verified, (topic) => topic === detectedTopic, [verifiedTopic]),
  oversampler: {
    ...passThrough(
      'oversampler',
      oversampled,
      (topic) => topic === verifiedTopic,
      [...lanes, ...refusals].map(topicOf),
    ),
    route,
  },
};

const [name = '', ...flags] = process.argv.slice(2);
const service = services[name];
if (service === undefined) throw new Error(`there is no service ${name}`);
process.exitCode = await serve([service], flags, openOnBrokers);

function passThrough(
  as: string,
  verdict: Verdict,
  reads: (topic: string) => boolean,
  writes: readonly string[],
): StageService {
  const stage = {
    name: verdict.stage,
    version: verdict.version,
    process: async (batch: readonly unknown[]) => batch.map(() => verdict),
  };
  return {
    name: as,
    reads,
    writes,
    route: () => writes[0] ?? '',
    open: async () => ({ stage, close: async () => undefined }),
  };
}
