import { BallastError } from '@ballast/stage';
import { dataRow } from './rows.fixture.ts';
import { shardLibraries } from './thread.ts';
import { shardWriters } from './threaded.ts';

// Run by the test under a limit of file size: writes until the device answers that it is full.
const [directory = '', name] = process.argv.slice(2);
const library = shardLibraries.find((each) => each === name);
await using writers = shardWriters(library);
try {
  const writer = await writers.open({ kind: 'data', directory });
  for (let group = 0; group < 50; group += 1) {
    const text = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('base64');
    await writer.writeGroup([dataRow({ text })]);
  }
  await writer.finish({}, () => 'shard.parquet');
} catch (error) {
  process.exitCode = error instanceof BallastError ? error.exit : 1;
}
