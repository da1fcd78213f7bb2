import type { DashboardSnapshot } from './snapshot.ts';

/** A dataset in the middle of a run, as the tests of the page look at it. */
export const exampleSnapshot: DashboardSnapshot = {
  dataset: 'ballast-data',
  time: '2026-11-25T10:00:00.000Z',
  running: true,
  verdict: {
    state: 'filling',
    sentences: [
      'Every judged unit is under both caps.',
      '1,204 documents wait for human text; 2.1 million human tokens would release them all.',
    ],
  },
  caps: { unverified: 0.2, total: 0.3 },
  shares: { scope: 'cumulative', unverified: { f: 0.091, u: 0.163 }, total: { f: 0.104, u: 0.178 } },
  mixture: {
    human: { documents: 9_412, tokens: 2_831_904 },
    synthetic: { documents: 388, tokens: 96_220 },
    unknown: { documents: 1_630, tokens: 402_115 },
  },
  flow: {
    in: { documents: 13_870, tokens: 4_012_377 },
    kept: { documents: 11_430, tokens: 3_330_239 },
    rejected: { documents: 812, tokens: 201_488 },
    deferred: { documents: 3, tokens: 41_200 },
    dead: { documents: 9, tokens: 0 },
    waiting: { documents: 1_204, tokens: 298_450 },
    inFlight: { documents: 412, tokens: 141_000 },
  },
  topics: [
    { topic: 'documents.raw.4f1c', end: 13_870, perSecond: 1_812, lag: 96 },
    { topic: 'documents.detected', end: 13_774, perSecond: 1_790, lag: 180 },
    { topic: 'documents.verified', end: 13_594, perSecond: 1_775, lag: 136 },
    { topic: 'documents.human', end: 9_412, perSecond: 1_240, lag: 0 },
    { topic: 'documents.p30', end: 1_912, perSecond: 210, lag: 282 },
    { topic: 'documents.synthetic', end: 1_310, perSecond: 188, lag: 922 },
    { topic: 'documents.rejected', end: 812, perSecond: 60, lag: 0 },
  ],
  lanes: [
    { lane: 'human', documents: 0, note: '' },
    {
      lane: 'p30',
      documents: 282,
      tokens: 71_006,
      note: '350,000 more human tokens, or canaries for the source “forum”.',
    },
    { lane: 'p50', documents: 0, note: '' },
    { lane: 'p70', documents: 0, note: '' },
    { lane: 'p90', documents: 0, note: '' },
    { lane: 'synthetic', documents: 922, tokens: 227_444, note: '1.8 million more human tokens.' },
    { lane: 'checked', documents: 0, note: '' },
  ],
  commits: [
    { version: 7, time: '2026-11-25T09:59:52.000Z', rows: 2_048, tokens: 601_220, upper: 0.171 },
    { version: 6, time: '2026-11-25T09:59:31.000Z', rows: 2_048, tokens: 598_004, upper: 0.183 },
    { version: 5, time: '2026-11-25T09:59:10.000Z', rows: 310, tokens: 88_120 },
  ],
  strata: [
    { stratum: 'poetry', documents: 31, tokens: 8_120, target: 0.02, reached: 0.003 },
    { stratum: 'manuals', documents: 5_120, tokens: 1_630_002, target: 0.55, reached: 0.548 },
  ],
  refusals: [
    { action: 'reject', reason: 'too_short', documents: 700, tokens: 101_488 },
    { action: 'reject', reason: 'duplicate', documents: 112, tokens: 100_000 },
    { action: 'dead', reason: 'not_json', documents: 9, tokens: 0 },
    { action: 'defer', reason: 'unit_too_large', documents: 3, tokens: 41_200 },
  ],
  stages: [
    { stage: 'detector', reads: 'documents.raw', documents: 96, seconds: 0.4, note: '' },
    { stage: 'verifier', reads: 'documents.detected', documents: 180, seconds: 75, note: 'never read' },
    { stage: 'mixer', reads: 'the lanes', documents: 0, seconds: 0, note: '' },
  ],
  canaries: {
    notes: [
      'These canaries are not in force yet: a running detector scores new canaries within 512 documents, a new model at its next start.',
    ],
    families: [
      {
        family: 'forum',
        human: 40,
        synthetic: 3,
        calibrated: false,
        standing: 'not calibrated, it has too few canaries',
        arrivals: 900,
        waiting: 880,
        steps: [
          { human: 0, synthetic: 30, releases: 700 },
          { human: 10, synthetic: 10, releases: 720 },
        ],
        hopeless: '',
        alarms: ['scores have moved'],
      },
      {
        family: 'web',
        human: 0,
        synthetic: 0,
        calibrated: false,
        standing: 'not calibrated, nothing is known of how the detector does on it',
        arrivals: 1_300,
        waiting: 300,
        steps: [],
        hopeless: 'not even 1,000 more canaries would release any',
        alarms: [],
      },
    ],
  },
  truth: {
    share: 0.087,
    text: 'The demo knows the origin of its texts: 8.7 % of the kept tokens are machine-made.',
  },
};
