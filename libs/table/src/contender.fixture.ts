import { shardWriters } from '@ballast/shard';
import type { Routed } from '@ballast/stage';
import { tableSink } from './sink.ts';
import { localStore } from './store.ts';
import { consumed, kept, tooLong } from './table.fixture.ts';

// One owner of one partition, run as a process of its own against others that own it too. Half of
// its injected failures come after the entry was created, half before. Arguments: root, partition,
// documents, seed.
const [root = '', partitionText = '0', documentsText = '0', seedText = '1'] = process.argv.slice(2);
const partition = Number(partitionText);
const documents = Number(documentsText);
const batch = 3;

let state = Number(seedText);
/** Linear congruential generator of Numerical Recipes: repeatable, and good enough to pick failures. */
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

const store = localStore(root);
const faulty = {
  ...store,
  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const luck = random();
    if (luck < 0.05) throw new Error('injected: nothing was written');
    const outcome = await store.putIfAbsent(key, bytes);
    if (luck < 0.1) throw new Error('injected: written, but nobody heard');
    return outcome;
  },
};

const lane = `documents.human/${partition}`;
await using writers = shardWriters();
// The table is created without faults: what is tested are commits.
await tableSink({ root, writers });
const contending = await tableSink({ root, writers, store: faulty });
for (;;) {
  const next = Number((await contending.resume()).get(lane)?.next ?? 0n);
  if (next >= documents) break;
  const last = Math.min(next + batch, documents) - 1;
  const rows: Routed[] = [];
  for (let offset = next; offset <= last; offset += 1) {
    const sample = { offset, partition };
    const isLong = offset % 10 === 7;
    if (isLong && contending.isDeferred({ topic: 'documents.human', partition, offset: BigInt(offset) }))
      continue;
    rows.push(
      isLong
        ? tooLong(sample)
        : kept(sample, [{ unit: 0, group: 0, row: rows.filter(isPlaced).length }], false),
    );
  }
  try {
    await contending.write(rows);
    await contending.commit({
      ...consumed(lane, next, last),
      marks: { [lane]: { [`documents.raw/${partition}`]: String(last) } },
    });
  } catch (error) {
    if (!String(error).includes('injected')) throw error;
  }
}

function isPlaced({ verdicts }: Routed): boolean {
  return verdicts.mix?.action === 'keep';
}
