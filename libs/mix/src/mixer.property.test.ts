import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { lanes as laneNames } from '@ballast/document';
import type { Lane } from '@ballast/document';
import fc from 'fast-check';
import {
  MemoryLanes,
  assertAccounted,
  assertLegal,
  messages,
  mixAll,
  resumeFrom,
  settings,
  together,
} from './lanes.fixture.ts';
import type { Lot, Outcome } from './lanes.fixture.ts';

const edges: { readonly [L in Lane]: readonly [low: number, high: number] } = {
  human: [0, 0.1],
  p30: [0, 0.3],
  p50: [0.3, 0.5],
  p70: [0.5, 0.7],
  p90: [0.7, 0.9],
  synthetic: [0.9, 1],
  checked: [0.1, 1],
};

/** A stretch of the stream: which lanes it feeds, how long its documents are, how well calibrated. */
const phase = fc.record({
  lanes: fc.subarray([...laneNames], { minLength: 1 }),
  documents: fc.integer({ min: 1, max: 500 }),
  median: fc.constantFrom(1, 20, 130, 2_000),
  spread: fc.constantFrom(0, 0.7, 1.5, 2.5),
  eps: fc.constantFrom(0, 0.03, 0.06, 0.2),
  anchors: fc.constantFrom(0, 0.5, 1),
  repeats: fc.constantFrom(1, 1, 4),
  seed: fc.nat(),
});

type Phase = typeof phase extends fc.Arbitrary<infer P> ? P : never;

function lotsOf(phases: readonly Phase[], partitions: number): Lot[] {
  return phases.flatMap(({ lanes, documents, median, spread, eps, anchors, repeats, seed }) => {
    const random = generator(seed);
    return Array.from({ length: documents }, (): Lot => {
      const lane = lanes[Math.floor(random() * lanes.length)] ?? 'human';
      const [low, high] = edges[lane];
      const isAnchor = lane === 'human' && random() < anchors;
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return {
        lane,
        // From 1 to 10^5 tokens: the lengths the bound has to bear.
        tokens: Math.min(100_000, Math.max(1, Math.round(median * Math.exp(spread * normal)))),
        p: isAnchor ? 0 : low + (high - low) * random(),
        eps: isAnchor ? 0 : eps,
        repeats: lane === 'human' ? repeats : 1,
        partition: Math.floor(random() * partitions),
      };
    });
  });
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

const stream = fc.record({
  phases: fc.array(phase, { minLength: 1, maxLength: 5 }),
  partitions: fc.constantFrom(1, 3),
  rowGroupDocuments: fc.constantFrom(8, 64, 512),
  unverified: fc.constantFrom(0, 0.05, 0.2, 0.5),
  extra: fc.constantFrom(0, 0.1, 0.3),
  shardBytes: fc.constantFrom(65_536, 1_000_000, 128 * 1024 * 1024),
  unitBytesMax: fc.constantFrom(200_000, 64 * 1024 * 1024),
});

const runs = Number(process.env['BALLAST_PROPERTY_RUNS'] ?? 50);

describe('the mixer, whatever the stream', () => {
  test('no judged unit is above a cap, nothing is lost or written twice, no human document stays behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        stream,
        async ({ phases, partitions, rowGroupDocuments, unverified, extra, shardBytes, unitBytesMax }) => {
          const pipeline = settings({
            caps: { unverified, total: unverified + extra },
            rowGroupDocuments,
            shardBytes,
          });
          const lanes = new MemoryLanes().push(messages(lotsOf(phases, partitions))).end();
          const outcome = await mixAll(lanes, { pipeline, unitBytesMax });
          assertLegal(outcome, pipeline);
          assertAccounted(outcome, lanes);
          assert.equal(lanes.head('documents.human'), undefined, 'the human lane is empty at the end');
        },
      ),
      { numRuns: runs, seed: 20_261_125 },
    );
  });

  test('text that drips in, crashes, drains and redeliveries change none of that', async () => {
    const session = fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      drips: fc.integer({ min: 1, max: 4 }),
      crashAt: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
      isDrained: fc.boolean(),
      redelivered: fc.nat(20),
    });
    await fc.assert(
      fc.asyncProperty(stream, fc.array(session, { minLength: 1, maxLength: 4 }), async (input, sessions) => {
        const pipeline = settings({
          caps: { unverified: input.unverified, total: input.unverified + input.extra },
          rowGroupDocuments: input.rowGroupDocuments,
          shardBytes: input.shardBytes,
        });
        const all = messages(lotsOf(input.phases, input.partitions));
        const lanes = new MemoryLanes();
        const outcomes: Outcome[] = [];
        let sent = 0;
        const send = (share: number): void => {
          const until = Math.min(all.length, sent + Math.ceil(share * all.length));
          lanes.push(all.slice(sent, until));
          sent = until;
        };
        for (const { share, drips, crashAt, isDrained, redelivered } of sessions) {
          const { start, marks } = resumeFrom(together(outcomes).commits);
          lanes.restart(start);
          lanes.repeat(redelivered);
          const drain = new AbortController();
          const drip = (async () => {
            for (let part = 0; part < drips; part += 1) {
              send(share / drips);
              await new Promise(setImmediate);
            }
            if (isDrained) drain.abort();
            else lanes.end();
          })();
          const options = { pipeline, unitBytesMax: input.unitBytesMax, start, marks, signal: drain.signal };
          outcomes.push(await mixAll(lanes, options, crashAt));
          await drip;
        }
        const { start, marks } = resumeFrom(together(outcomes).commits);
        lanes.restart(start);
        send(1);
        outcomes.push(
          await mixAll(lanes.end(), { pipeline, unitBytesMax: input.unitBytesMax, start, marks }),
        );
        assertLegal(together(outcomes), pipeline);
        assertAccounted(together(outcomes), lanes);
        assert.equal(lanes.head('documents.human'), undefined, 'the human lane is empty at the end');
      }),
      { numRuns: runs, seed: 20_261_126 },
    );
  });

  test('the same reading order gives the same table', async () => {
    await fc.assert(
      fc.asyncProperty(stream, async ({ phases, partitions }) => {
        const arrivals = messages(lotsOf(phases, partitions));
        const once = async () => {
          const { rows, commits } = await mixAll(new MemoryLanes().push(arrivals).end(), {
            pipeline: settings(),
          });
          return { rows, commits };
        };
        assert.deepEqual(await once(), await once());
      }),
      { numRuns: Math.ceil(runs / 6), seed: 20_261_127 },
    );
  });
});
