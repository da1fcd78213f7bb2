import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatPosition, mixVerdictSchema } from '@ballast/document';
import type { Lane, Position } from '@ballast/document';
import type { Record } from '@ballast/stage';
import { stageConformance } from '@ballast/stage/conform';
import {
  MemoryLanes,
  assertAccounted,
  assertLegal,
  boundOf,
  messages,
  mixAll,
  resumeFrom,
  settings,
  stillClock,
  together,
  unitsOf,
} from './lanes.fixture.ts';
import type { Lot, TableRow } from './lanes.fixture.ts';
import { createMixer } from './mixer.ts';

const human: Lot = { lane: 'human', tokens: 100, p: 0.05, eps: 0.03 };
const anchor: Lot = { lane: 'human', tokens: 100, p: 0, eps: 0 };
const p30: Lot = { lane: 'p30', tokens: 100, p: 0.2, eps: 0.04 };
const synthetic: Lot = { lane: 'synthetic', tokens: 100, p: 1, eps: 0 };
const checked: Lot = { lane: 'checked', tokens: 100, p: 1, eps: 0 };
const many = (count: number, lot: Lot): readonly Lot[] => Array.from({ length: count }, () => lot);
const lanesOf = (...lots: readonly (readonly Lot[])[]): MemoryLanes =>
  new MemoryLanes().push(messages(lots.flat()));
const inLane = (rows: readonly TableRow[], lane: Lane): number =>
  rows.filter(({ lot, copy }) => !copy && lot.read.topic === `documents.${lane}`).length;

/** Drives the lanes to their end and checks every rule. */
async function mixed(lanes: MemoryLanes, options: Parameters<typeof mixAll>[1] = {}) {
  const outcome = await mixAll(lanes.end(), options);
  assertLegal(outcome, options.pipeline ?? settings());
  assertAccounted(outcome, lanes);
  return outcome;
}

describe('the ceilings', () => {
  test('a unit is filled to the unverified ceiling and not beyond', async () => {
    const { rows } = await mixed(lanesOf(many(1500, human), many(4000, p30)));
    const bounds = unitsOf(rows).map((unit) => boundOf(unit, 'unverified').upper);
    assert.ok(
      bounds.every((upper) => upper > 0.195 && upper <= 0.2),
      String(bounds),
    );
    assert.equal(inLane(rows, 'human'), 1500);
  });

  test('lanes are served lowest first: the synthetic lane gets what the bands leave (P20)', async () => {
    const scarce = await mixed(lanesOf(many(2000, human), many(100, p30), many(2000, synthetic)));
    assert.equal(inLane(scarce.rows, 'p30'), 100);
    assert.ok(inLane(scarce.rows, 'synthetic') > 100);
    const ample = await mixed(lanesOf(many(2000, human), many(5000, p30), many(2000, synthetic)));
    assert.ok(inLane(ample.rows, 'p30') > 1500);
    assert.ok(inLane(ample.rows, 'synthetic') < 20, String(inLane(ample.rows, 'synthetic')));
  });

  test('checked text in ample supply leaves the uncertain their part, and fills up to the total ceiling (P20)', async () => {
    const { rows } = await mixed(lanesOf(many(3000, checked), many(2000, anchor), many(2000, p30)));
    const alone = await mixed(lanesOf(many(2000, anchor), many(2000, p30)));
    assert.equal(inLane(rows, 'p30'), inLane(alone.rows, 'p30'));
    assert.ok(inLane(rows, 'checked') > 0);
    for (const unit of unitsOf(rows)) assert.ok(boundOf(unit, 'total').upper <= 0.3);
  });

  test('checked text need not wait until the lanes before it are served: it has a ceiling of its own (P20)', async () => {
    const { rows } = await mixed(lanesOf(many(4000, anchor), many(4000, synthetic), many(4000, checked)));
    for (const unit of unitsOf(rows)) {
      assert.ok(boundOf(unit, 'unverified').upper > 0.19 && boundOf(unit, 'total').upper > 0.29);
    }
  });

  test('declared text counts in full, the human lane by its p', async () => {
    const { rows } = await mixed(lanesOf(many(2000, anchor), many(2000, synthetic)));
    // A fifth of all tokens is 500 documents; each of three units may leave less than one unused.
    assert.ok(inLane(rows, 'synthetic') > 496 && inLane(rows, 'synthetic') <= 500);
  });

  test('a cap of nothing admits no synthetic token and every human one', async () => {
    const { rows } = await mixed(lanesOf(many(500, anchor), many(500, synthetic), many(500, checked)), {
      pipeline: settings({ caps: { unverified: 0, total: 0 } }),
    });
    assert.deepEqual(
      [inLane(rows, 'human'), inLane(rows, 'synthetic'), inLane(rows, 'checked')],
      [500, 0, 0],
    );
  });

  test('negative control: rounding the share to the nearest document, as largest remainder does, breaks the bound', () => {
    const unit = [...many(702, anchor), ...many(400, synthetic)];
    const rows = messages(unit).map((lot, row): TableRow => ({
      lot,
      shard: 0,
      placement: { unit: 0, group: 0, row },
      copy: false,
      judged: true,
    }));
    const humans = rows.slice(0, 702);
    const share = (some: readonly TableRow[]): number => boundOf(some, 'total').upper;
    let taken = humans;
    for (const row of rows.slice(702)) {
      const next = [...taken, row];
      if (Math.abs(share(next) - 0.2) <= Math.abs(share(taken) - 0.2)) taken = next;
    }
    const nothing = { deferred: [], written: [], commits: [], alarms: [], deliveries: [] };
    assert.throws(
      () => assertLegal({ rows: taken, ...nothing }, settings({ rowGroupDocuments: 2048 })),
      /is above/,
    );
  });
});

describe('units', () => {
  test('a tail joins the unit before it when the joined run holds (P18)', async () => {
    const { rows } = await mixed(lanesOf(many(1100, human)));
    assert.deepEqual(
      unitsOf(rows).map((unit) => unit.length),
      [1100],
    );
    assert.ok(rows.every(({ judged }) => judged));
  });

  test('a run too small to judge is human-lane text only, marked; the rest waits (P18, P19)', async () => {
    const { rows, commits } = await mixed(lanesOf(many(100, human), many(100, p30), many(500, synthetic)));
    assert.deepEqual(
      [rows.length, inLane(rows, 'human'), rows.some(({ judged }) => judged)],
      [100, 100, false],
    );
    assert.deepEqual(Object.keys(commits[0]?.offsets ?? {}), ['documents.human/0']);
  });

  test('without any human text nothing synthetic is ever committed (P19)', async () => {
    const { rows, commits } = await mixed(lanesOf(many(3000, synthetic)));
    assert.deepEqual([rows.length, commits.length], [0, 0]);
  });

  test('a presumed document of a million tokens is kept, claims nothing, and costs its neighbours nothing (P18)', async () => {
    const giant: Lot = { ...human, tokens: 1_000_000 };
    const { rows } = await mixed(
      lanesOf(
        many(1500, { ...human, tokens: 300 }),
        [giant],
        many(1500, { ...human, tokens: 300 }),
        many(800, p30),
      ),
    );
    const [alone] = unitsOf(rows).filter((unit) => unit.some(({ judged }) => !judged));
    assert.deepEqual(
      alone?.map(({ lot }) => lot.verdicts.oversample?.tokens),
      [1_000_000],
    );
    assert.ok(inLane(rows, 'p30') === 800);
  });

  test('in a long stream it is set aside at once, so that the units around it stay small and judged', async () => {
    const giant: Lot = { ...human, tokens: 1_000_000 };
    const { rows } = await mixed(lanesOf(many(2000, human), [giant], many(9000, human)), {
      unitBytesMax: 500_000,
    });
    assert.equal(rows.filter(({ judged }) => !judged).length, 1);
    assert.ok(unitsOf(rows).every((unit) => unit.length <= 2048));
  });

  test('waiting text alone that can never be judged goes back and stays, instead of going round', async () => {
    const { rows } = await mixed(lanesOf(many(50, { ...p30, p: 0.001, eps: 0 })), {
      pipeline: settings({ rowGroupDocuments: 8 }),
      unitBytesMax: 1,
    });
    assert.equal(rows.length, 0);
  });

  test('short uncertain documents enter a unit that one long human document keeps too small to judge for a while', async () => {
    const long: Lot = { ...human, tokens: 50_000 };
    const lanes = lanesOf(many(1500, human), [long], many(12_000, human), many(12_000, p30));
    assert.ok(inLane((await mixed(lanes)).rows, 'p30') > 10_000);
  });

  test('human documents wait for three others at most, even where those would fit for ever', async () => {
    const { deliveries } = await mixed(lanesOf(many(2000, human), many(8000, { ...p30, p: 0.1, eps: 0 })));
    const humans = deliveries[0]?.filter(({ read }) => read.topic === 'documents.human').length ?? 0;
    assert.ok(humans >= 250, `${humans} of the first ${deliveries[0]?.length}`);
  });

  test('worse lanes do not eat the allowance that a long document of a better lane is waiting for', async () => {
    const long: Lot = { ...p30, tokens: 4_000 };
    const p50: Lot = { lane: 'p50', tokens: 20, p: 0.4, eps: 0.04 };
    const { rows } = await mixed(lanesOf(many(1500, human), [long], many(6000, human), many(20_000, p50)));
    assert.equal(inLane(rows, 'p30'), 1);
  });

  test('human text whose calibration error alone breaks the cap is written, marked, and raises the alarm', async () => {
    const { rows, alarms } = await mixed(
      lanesOf(many(1200, { ...human, p: 0.09, eps: 0.15 }), many(100, p30)),
    );
    assert.deepEqual(
      [inLane(rows, 'human'), inLane(rows, 'p30'), rows.some(({ judged }) => judged)],
      [1200, 0, false],
    );
    assert.equal(alarms[0]?.kind, 'human_lane_breaks_cap');
  });

  test('an uncertain document that no full human unit could bear is deferred, and its lane goes on (P20)', async () => {
    const giant: Lot = { ...p30, tokens: 1_500_000 };
    const { rows, deferred, written } = await mixed(
      lanesOf(many(400, human), [giant], many(3000, human), many(300, p30)),
      {
        unitBytesMax: 1_000_000,
      },
    );
    assert.deepEqual(
      deferred.map(({ verdicts }) => verdicts.oversample?.tokens),
      [1_500_000],
    );
    assert.equal(
      written.find(({ arrival }) => arrival === deferred[0])?.verdicts.mix?.reason,
      'too_long_for_the_bound',
    );
    assert.equal(inLane(rows, 'p30'), 300);
  });

  test('a long uncertain document that a larger unit can bear gets one', async () => {
    const long: Lot = { ...p30, tokens: 40_000 };
    const { rows, deferred } = await mixed(
      lanesOf(many(2000, human), [long], many(12_000, human), many(500, p30)),
    );
    assert.deepEqual([deferred.length, inLane(rows, 'p30')], [0, 501]);
  });

  test('every row-group prefix of a unit holds nearly the share of the unit', async () => {
    const { rows } = await mixed(lanesOf(many(1000, anchor), many(1000, synthetic)), {
      pipeline: settings({ rowGroupDocuments: 128 }),
    });
    for (const group of Map.groupBy(rows, ({ placement }) => placement.group).values()) {
      const sorted = group.toSorted((a, b) => a.placement.row - b.placement.row);
      const share = inLane(sorted, 'synthetic') / sorted.length;
      assert.ok(Math.abs(share - 0.2) <= 0.02, `a group with a share of ${share}`);
    }
  });
});

describe('repeats', () => {
  const tail: Lot = { ...anchor, repeats: 4, stratum: 'tail' };

  test('proposed copies are granted up to 5 % of the tokens, in distinct groups, each with its place', async () => {
    const { rows } = await mixed(lanesOf(many(20, tail), many(8000, human), many(100, p30)));
    const copies = rows.filter(({ copy }) => copy);
    assert.equal(copies.length, 60);
    const plenty = await mixed(lanesOf(many(2000, tail), many(6000, human)));
    const tokens = plenty.rows.filter(({ copy }) => copy).length * 100;
    assert.ok(tokens > 20_000 && tokens <= 0.05 * 800_000, String(tokens));
  });

  test('no copy crosses the border of a shard', async () => {
    const pipeline = settings({ shardBytes: 65_536, rowGroupDocuments: 64 });
    const outcome = await mixed(
      lanesOf(...Array.from({ length: 40 }, () => [tail, ...many(150, { ...human, p: 0 })])),
      { pipeline },
    );
    assert.ok(outcome.commits.length > 3, `${outcome.commits.length} shards`);
    const documents = Map.groupBy(outcome.rows, ({ lot }) => formatPosition(lot.position));
    assert.ok(outcome.rows.some(({ copy }) => copy));
    for (const copies of documents.values()) assert.equal(new Set(copies.map(({ shard }) => shard)).size, 1);
  });

  test('copies count in the bound of the unit that receives them and buy no allowance (P16)', async () => {
    const presumed: Lot = { ...human, p: 0.09, eps: 0.06, repeats: 4 };
    const { rows } = await mixed(lanesOf(many(6000, presumed)));
    assert.ok(rows.some(({ copy }) => copy));
    for (const unit of unitsOf(rows)) assert.ok(boundOf(unit, 'unverified').upper <= 0.2);
  });
});

describe('commits', () => {
  test('a delivery is a unit in its row order', async () => {
    const { deliveries, rows } = await mixed(lanesOf(many(3000, human), many(500, p30)));
    const places = new Map(rows.filter(({ copy }) => !copy).map(({ lot, placement }) => [lot, placement]));
    for (const delivery of deliveries) {
      const order = delivery.map((arrival) => places.get(arrival) ?? assert.fail());
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a.group - b.group || a.row - b.row),
      );
      assert.equal(new Set(order.map(({ unit }) => unit)).size, 1);
    }
  });

  test('by age only with a judged unit (P19)', async () => {
    let now = 0;
    const clock = { now: () => now, sleep: async () => void (now += 60_000) };
    const drain = new AbortController();
    const lanes = lanesOf(many(1100, human));
    const { commits, alarms } = await mixAll(lanes, {
      pipeline: settings({ maxHumanDelaySeconds: 3600 }),
      clock,
      commitAfterSeconds: 60,
      signal: drain.signal,
      commit: async () => drain.abort(),
    });
    assert.deepEqual(
      [commits.length, alarms, now],
      [0, [], 60_000],
      'committed after a minute, without an alarm',
    );
  });

  test('a trickle of 200 documents an hour, half of them human, is committed as human-lane text after the longest delay, with an alarm (P19)', async () => {
    let now = 0;
    const drain = new AbortController();
    const lanes = new MemoryLanes();
    const all = messages([...many(300, human), ...many(100, p30)]);
    lanes.push(all.slice(300)).push(all.slice(0, 5));
    let sent = 5;
    const clock = {
      now: () => now,
      sleep: async () => {
        now += 180_000;
        lanes.push(all.slice(sent, sent + 5));
        sent += 5;
      },
    };
    const outcome = await mixAll(lanes, {
      clock,
      commitAfterSeconds: 60,
      signal: drain.signal,
      alarm: () => drain.abort(),
    });
    assertLegal(outcome, settings());
    assert.equal(outcome.commits.length, 1);
    assert.match(JSON.stringify(outcome.commits[0]?.ledger), /rate_too_low_to_admit/);
    assert.deepEqual([inLane(outcome.rows, 'human'), inLane(outcome.rows, 'p30'), now], [100, 0, 3_600_000]);
  });

  test('an abort drains: what is open is delivered and committed, what waits goes back', async () => {
    const drain = new AbortController();
    const lanes = lanesOf(many(700, human), many(700, p30), many(700, synthetic));
    setTimeout(() => drain.abort(), 5);
    const outcome = await mixAll(lanes, { signal: drain.signal });
    assertLegal(outcome, settings());
    assertAccounted(outcome, lanes);
    assert.equal(inLane(outcome.rows, 'human'), 700);
  });

  test('redelivered messages are passed over, and their offsets are committed though nothing else is', async () => {
    const lanes = lanesOf(many(400, human));
    const first = await mixed(lanes);
    const again = resumeFrom(first.commits);
    lanes.restart(again.start).repeat(25);
    const second = await mixAll(lanes.end(), again);
    assert.deepEqual(
      [second.rows.length, second.commits.map(({ offsets }) => offsets)],
      [0, [{ 'documents.human/0': { from: '400', to: '424' } }]],
    );
    assertAccounted(together([first, second]), lanes);
  });

  test('redelivered messages at the end of a lane are committed after the longest delay, while nothing else arrives', async () => {
    let now = 0;
    const clock = { now: () => now, sleep: async () => void (now += 60_000) };
    const drain = new AbortController();
    const lanes = lanesOf(many(400, human));
    const again = resumeFrom((await mixed(lanes)).commits);
    lanes.restart(again.start).repeat(25);
    const commits: unknown[] = [];
    await mixAll(lanes, {
      ...again,
      clock,
      signal: drain.signal,
      commit: async ({ offsets }) => {
        commits.push(offsets);
        drain.abort();
      },
    });
    assert.deepEqual([commits, now], [[{ 'documents.human/0': { from: '400', to: '424' } }], 3_600_000]);
  });

  test('a lane with a missing message stops the mixer: loss by the chain, divergence, and a gap of offsets', async () => {
    const [a, b, c] = messages(many(3, human));
    if (a === undefined || b === undefined || c === undefined) assert.fail();
    const moved = (offset: bigint) => ({ ...c, read: { ...c.read, offset } });
    await assert.rejects(mixAll(new MemoryLanes().push([a, moved(1n)]).end()), {
      code: 'BALLAST_CHAIN_LOSS',
    });
    await assert.rejects(mixAll(new MemoryLanes().push([a, b, { ...c, previous: a.position }]).end()), {
      code: 'BALLAST_CHAIN_DIVERGED',
    });
    const gap = new MemoryLanes().push([a]);
    gap.head = () => (gap.next.get('documents.human/0') === 1n ? moved(2n) : a);
    await assert.rejects(mixAll(gap.end()), { code: 'BALLAST_MIX_GAP' });
  });

  test('the ledger of a commit says what the rows say', async () => {
    const { commits, rows } = await mixed(
      lanesOf(many(900, human), many(600, p30), many(20, { ...anchor, stratum: '__proto__' })),
    );
    const ledger: unknown = JSON.parse(JSON.stringify(commits[0]?.ledger));
    assert.partialDeepStrictEqual(ledger, {
      tokenCounter: 'ballast-tokens-1',
      caps: { unverified: 0.2, total: 0.3 },
      lanes: { human: { documents: 920, tokens: 92_000, repeatedTokens: 0 } },
      units: [{ unit: 0, judged: true, group: 0, documents: unitsOf(rows)[0]?.length }],
    });
    assert.match(JSON.stringify(ledger), /"__proto__":\{"documents":20/);
    const [unit] = unitsOf(rows);
    const upper = boundOf(unit ?? [], 'unverified').upper;
    assert.ok(JSON.stringify(ledger).includes(`"upper":${String(upper).slice(0, 12)}`));
  });

  test('what a commit that was cut off had deferred is deferred again, even where it would fit now', async () => {
    const lanes = lanesOf(many(1500, human), many(10, p30));
    const isDeferred = ({ topic, offset }: Position): boolean => topic === 'documents.p30' && offset === 3n;
    const { deferred, rows } = await mixed(lanes, { isDeferred });
    assert.deepEqual([deferred.map(({ read }) => read.offset), inLane(rows, 'p30')], [[3n], 9]);
  });

  test('a failed commit stops the mixer', async () => {
    const commit = async () => Promise.reject(new Error('another writer'));
    await assert.rejects(mixAll(lanesOf(many(400, human)).end(), { commit }), /another writer/);
  });
});

describe('the stage', () => {
  test('gives every document its verdict, whatever the cuts, and refuses what it did not deliver', async () => {
    const mixer = createMixer({
      pipeline: settings(),
      lanes: lanesOf(many(400, human)).end(),
      start: new Map(),
      marks: {},
      clock: stillClock,
      signal: new AbortController().signal,
      seed: 1,
      commit: async () => {},
      alarm: () => {},
    });
    const [stranger] = messages([{ ...human, partition: 9 }]);
    const record = stranger as Record;
    await assert.rejects(mixer.stage.process([record], new AbortController().signal), {
      code: 'BALLAST_MIX_UNPLANNED',
    });
    for await (const { batch } of mixer.source) {
      for (const verdict of await mixer.stage.process(
        batch as readonly Record[],
        new AbortController().signal,
      ))
        mixVerdictSchema.parse(verdict);
    }
  });

  test('a message without a detect verdict is dead, one that was refused before keeps its refusal', async () => {
    const [bare, refused] = messages(many(2, human));
    if (bare === undefined || refused === undefined) assert.fail();
    const reject = { stage: 'verify', version: 't', action: 'reject', reason: 'x' } as const;
    const odd = [
      { ...bare, verdicts: {} },
      { ...refused, verdicts: { ...refused.verdicts, verify: reject } },
    ];
    const { written } = await mixAll(new MemoryLanes().push(odd).end());
    assert.deepEqual(
      written.map(({ verdicts }) => [verdicts.mix?.reason, verdicts.verify?.reason]),
      [
        ['missing_detect_verdict', undefined],
        [undefined, 'x'],
      ],
    );
  });

  test('shows what the page needs: lanes, the open unit, the last bounds', async () => {
    const { mixer } = await mixed(lanesOf(many(1000, human), many(3000, p30), many(5, synthetic)));
    const { lanes, units, openUnit } = mixer.status();
    assert.equal(lanes.human.documents, 1000);
    assert.deepEqual([lanes.synthetic.paused, openUnit.rows], [true, 0]);
    assert.ok((units.at(-1)?.bounds.unverified.upper ?? 1) <= 0.2);
  });
});

stageConformance('mix', {
  open: async (records) => {
    const mixer = createMixer({
      pipeline: settings(),
      lanes: new MemoryLanes().push(records).end(),
      start: new Map(),
      marks: {},
      clock: stillClock,
      signal: new AbortController().signal,
      seed: 1,
      commit: async () => {},
      alarm: () => {},
    });
    // The source plans; the stage then judges what was delivered, in any cut and order.
    for await (const _ of mixer.source);
    return { stage: mixer.stage };
  },
  records: () => messages(many(400, human)) as readonly Record[],
});
