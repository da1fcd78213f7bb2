import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { detect, documentsPerLook } from '../detect.ts';
import { MapStore, optionsOf, prose, rawRecord, readingScorer } from '../fixtures.ts';
import { sourceRegistry } from '../provenance/registry.ts';
import type { Canary } from './canaries.ts';
import { seeded } from './random.ts';
import { canaryStatus } from './status.ts';
import type { CanaryStatus, FamilyStatus } from './status.ts';

const signal = AbortSignal.timeout(60_000);

/** A document whose llr is that of a model of AUROC .97. */
function drawn(synthetic: boolean, number: number, seed: string): string {
  const distance = 2.66;
  const x = seeded(`${seed}/${synthetic}/${number}`).normal() + (synthetic ? distance : 0);
  return prose(distance * x - distance ** 2 / 2, number);
}

const canaries = (each: number, labels: readonly Canary['label'][] = ['human', 'synthetic']): Canary[] =>
  labels.flatMap((label) =>
    Array.from({ length: each }, (_, n): Canary => ({
      text: drawn(label === 'synthetic', n, `canary ${label}`),
      source: 'web',
      label,
    })),
  );

/** Arrivals of which a tenth is synthetic, judged under these canaries, so that windows are published. */
async function judged(known: readonly Canary[]): Promise<MapStore> {
  const store = new MapStore();
  const stage = detect(optionsOf({ canaries: known, store }));
  const records = Array.from({ length: 3 * documentsPerLook }, (_, n) =>
    rawRecord(n, { text: drawn(n % 10 === 0, n, 'web') }),
  );
  await stage.process(records, signal);
  return store;
}

const statusOf = async (known: readonly Canary[], store: MapStore): Promise<CanaryStatus> =>
  await canaryStatus({
    scorer: readingScorer(),
    canaries: known,
    registry: sourceRegistry([]),
    batch: 256,
    tau: 0.1,
    store,
  });

function web({ families }: CanaryStatus): FamilyStatus {
  const found = families.find(({ family }) => family === 'web');
  assert.ok(found !== undefined);
  return found;
}

describe('canaryStatus', () => {
  test('shows each rate with its interval, and that a family with enough of both labels is calibrated', async () => {
    const store = await judged(canaries(200));
    const { isInForce, ...rest } = await statusOf(canaries(200), store);
    assert.equal(isInForce, true);
    const { calibrated, because, falsePositives, truePositives, share, shareLower, shareUpper, outlook } =
      web({ isInForce, ...rest });
    assert.deepEqual([calibrated, because], [true, undefined]);
    for (const rate of [falsePositives, truePositives])
      assert.ok(rate !== undefined && rate.low < rate.value && rate.value < rate.high);
    assert.ok((falsePositives?.value ?? 1) < 0.4 && (truePositives?.value ?? 0) > 0.7);
    assert.ok(shareLower <= 0.1 && 0.1 <= shareUpper && Math.abs(share - 0.1) < 0.04, `${share}`);
    assert.ok(outlook.waiting > 100, 'what is above tau waits');
  });

  test('says how many more canaries of both labels would release how many of the documents that wait', async () => {
    const store = await judged([]);
    const { calibrated, because, outlook } = web(await statusOf([], store));
    assert.deepEqual([calibrated, because], [false, 'too_few_canaries']);
    assert.equal(outlook.waiting, 3 * documentsPerLook);
    const [step, ...others] = outlook.steps;
    assert.ok(step !== undefined && others.length === 0);
    assert.ok(step.human === step.synthetic && step.human >= 15, `${step.human}`);
    assert.ok(step.releases > 0.4 * outlook.waiting && step.releases < outlook.waiting, `${step.releases}`);
  });

  test('what it foretells comes about: that many more canaries release about that many', async () => {
    const store = await judged([]);
    const [step] = web(await statusOf([], store)).outlook.steps;
    assert.ok(step !== undefined);
    const then = web(await statusOf(canaries(step.human), store));
    assert.equal(then.calibrated, true);
    const released = 3 * documentsPerLook - then.outlook.waiting;
    assert.ok(
      Math.abs(released - step.releases) < 0.35 * step.releases,
      `${released}, foretold ${step.releases}`,
    );
  });

  test('with human canaries alone more human ones release nothing, synthetic ones do', async () => {
    const { outlook } = web(await statusOf(canaries(100, ['human']), await judged([])));
    assert.ok(outlook.steps.length > 0);
    for (const { synthetic } of outlook.steps) assert.ok(synthetic > 0);
  });

  test('a rate is of canaries that are used: of one label alone only the human one is', async () => {
    const human = web(await statusOf(canaries(40, ['human']), await judged([])));
    assert.ok(human.falsePositives !== undefined && human.truePositives === undefined);
    const synthetic = web(await statusOf(canaries(40, ['synthetic']), await judged([])));
    assert.deepEqual([synthetic.falsePositives, synthetic.truePositives], [undefined, undefined]);
  });

  test('canaries of a kind that is not judged are told apart', async () => {
    const short = Array.from({ length: 4 }, (_, n): Canary => ({
      text: `short ${n}`,
      source: 'web',
      label: 'human',
    }));
    const { kinds, canaries: counted } = web(await statusOf([...canaries(20), ...short], new MapStore()));
    assert.deepEqual(kinds, [{ kind: 'short', human: 4, synthetic: 0 }]);
    assert.deepEqual(counted, { human: 20, synthetic: 20 });
  });

  test('asking publishes nothing, and canaries that no detector has scored are not in force', async () => {
    const store = await judged(canaries(30));
    const before = JSON.stringify([...store.versions]);
    const { isInForce } = await statusOf(canaries(60), store);
    assert.equal(isInForce, false);
    assert.equal(JSON.stringify([...store.versions]), before);
  });
});
