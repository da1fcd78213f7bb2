import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readersOf } from '../kafka/group-reads.ts';
import { trafficOf } from './traffic.ts';
import type { Behind } from './traffic.ts';

const behind = (group: string, topic: string, partition: number, messages: number, seconds = 0): Behind => ({
  group,
  topic,
  partition,
  messages,
  seconds,
  isNew: false,
  isExpired: false,
  isClockAhead: false,
});

const all = [
  'documents.raw',
  'documents.raw.news',
  'documents.detected',
  'documents.verified',
  'documents.human',
  'documents.p30',
  'documents.dead',
  'ballast.published',
  'orders',
];

describe('readersOf', () => {
  test('names the group that should read a topic where none is active, and no topic of others', async () => {
    const groups = await readersOf(all, () => false);
    assert.deepEqual(groups, [
      { group: 'detector', topics: ['documents.raw', 'documents.raw.news'] },
      { group: 'verifier', topics: ['documents.detected'] },
      { group: 'oversampler', topics: ['documents.verified'] },
      { group: 'mixer', topics: ['documents.dead', 'documents.human', 'documents.p30'] },
    ]);
  });

  test('of detector and detector+verifier the one that is active', async () => {
    const groups = await readersOf(all, (group) => group === 'detector+verifier');
    assert.deepEqual(groups[0], {
      group: 'detector+verifier',
      topics: ['documents.raw', 'documents.raw.news'],
    });
  });
});

describe('trafficOf', async () => {
  const groups = await readersOf(all, () => false);
  const ends = new Map([
    ['documents.raw', 100],
    ['documents.raw.news', 50],
    ['documents.detected', 140],
    ['documents.verified', 130],
    ['documents.human', 80],
    ['documents.p30', 30],
    ['documents.dead', 12],
  ]);
  const measured = [
    behind('detector', 'documents.raw', 0, 6, 2),
    behind('detector', 'documents.raw', 1, 0),
    behind('detector', 'documents.raw.news', 0, 4, 9),
    behind('verifier', 'documents.detected', 0, 10, 1),
    behind('oversampler', 'documents.verified', 0, 8, 1),
    behind('mixer', 'documents.human', 0, 1, 3),
    behind('mixer', 'documents.p30', 0, 20, 400),
    behind('mixer', 'documents.dead', 0, 2, 5),
  ];
  const traffic = trafficOf(ends, groups, measured);

  test('what is in the lanes waits; what any other reader has before it is in flight', () => {
    assert.deepEqual([traffic.in, traffic.waiting, traffic.inFlight], [150, 21, 6 + 4 + 10 + 8 + 2]);
    assert.deepEqual(
      [...traffic.lanes].filter(([, documents]) => documents > 0),
      [
        ['human', 1],
        ['p30', 20],
      ],
    );
  });

  test('topics come in the order documents pass them, ingest topics as one', () => {
    assert.deepEqual(
      traffic.topics.map(({ topic, end, lag }) => `${topic} ${end} ${lag}`),
      [
        'documents.raw 150 10',
        'documents.detected 140 10',
        'documents.verified 130 8',
        'documents.human 80 1',
        'documents.p30 30 20',
        'documents.dead 12 2',
      ],
    );
  });

  test('a stage has one line with its oldest document; the mixer one for lanes, one for refusals', () => {
    assert.deepEqual(
      traffic.stages.map(({ stage, reads, documents, seconds }) => [stage, reads, documents, seconds]),
      [
        ['detector', 'documents.raw', 10, 9],
        ['verifier', 'documents.detected', 10, 1],
        ['oversampler', 'documents.verified', 8, 1],
        ['mixer', 'the lanes', 21, 400],
        ['mixer', 'what was refused', 2, 5],
      ],
    );
  });

  test('two groups on one topic do not make its documents two', () => {
    const both = [...measured, behind('detector+verifier', 'documents.raw', 0, 100)];
    const reads = [...groups, { group: 'detector+verifier', topics: ['documents.raw'] }];
    assert.equal(trafficOf(ends, reads, both).inFlight, traffic.inFlight - 6 + 100);
  });

  test('an odd reader is noted where there is something for it to read', () => {
    const odd = [
      { ...behind('detector', 'documents.raw', 0, 6), isNew: true },
      { ...behind('verifier', 'documents.detected', 0, 0), isNew: true },
      { ...behind('oversampler', 'documents.verified', 0, 3), isExpired: true },
    ];
    assert.deepEqual(
      trafficOf(ends, groups, odd).stages.map(({ note }) => note),
      ['never read', '', 'expired unread: raise the retention'],
    );
  });
});
