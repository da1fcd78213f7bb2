import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { toArrival } from '../message.ts';
import { ingestRows } from './ingest.ts';
import type { IngestInput, IngestReport } from './ingest.ts';
import type { Row } from './ingest-prefix.ts';
import { openTopics } from './topics.ts';
import type { EmbeddedTopics } from './topics.ts';

let dir = '';
before(async () => void (dir = await mkdtemp(join(tmpdir(), 'ballast-ingest-'))));
after(async () => await rm(dir, { recursive: true }));

let runs = 0;

/** A file and the topics it is read into, both fresh. */
async function fresh(partitions = 3) {
  runs += 1;
  const path = join(dir, `input-${runs}.jsonl`);
  const state = join(dir, `state-${runs}`);
  const topics = await openTopics(state, { partitions });
  return { path, state, topics, [Symbol.asyncDispose]: async () => await topics.close() };
}

/** Lines of a text as the file readers give them. */
async function* rowsOf(text: string): AsyncGenerator<Row, void, void> {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  for (const line of lines) yield { bytes: Buffer.from(line), terminated: true };
  if (last !== '') yield { bytes: Buffer.from(last), terminated: false };
}

async function read(
  topics: EmbeddedTopics,
  path: string,
  text: string,
  options: Partial<IngestInput> = {},
): Promise<IngestReport> {
  await writeFile(path, text);
  return await ingestRows(topics, { path, trusted: [], rows: () => rowsOf(text), ...options });
}

/** All messages of a topic in the order of their rows, as `text` or as the reason there is none. */
function contents(topics: EmbeddedTopics, topic: string): string[] {
  const rows: string[] = [];
  for (let partition = 0; partition < topics.partitions; partition += 1) {
    for (const message of topics.read(topic, partition, 0n, { documents: 10_000, bytes: 1e9 })) {
      const { document, unreadable } = toArrival({ topic, partition }, message);
      rows[Number(message.offset) * topics.partitions + partition] =
        document?.text ?? `(${unreadable ?? ''})`;
    }
  }
  return rows;
}

const line = (text: string) => `${JSON.stringify({ text })}\n`;
const lines = (...texts: readonly string[]) => texts.map(line).join('');
const numbered = (count: number) => lines(...Array.from({ length: count }, (_, index) => String(index)));

/** Lines that hold no document, between two that do. */
async function* badRows(): AsyncGenerator<Row, void, void> {
  yield* rowsOf(`${line('a')}\n  \n{"text":\n`);
  yield { bytes: new Uint8Array(0), terminated: true, oversized: { bytes: 50_000_000, sha256: 'ab' } };
  yield* rowsOf(line('b'));
}

describe('a file is a topic', () => {
  it('row r is offset floor(r / P) of partition r mod P', async () => {
    await using run = await fresh(3);
    const { topic, rows } = await read(run.topics, run.path, numbered(7));
    assert.match(topic, /^documents\.raw\.[0-9a-f]{16}$/);
    assert.equal(rows, 7);
    assert.deepEqual(contents(run.topics, topic), ['0', '1', '2', '3', '4', '5', '6']);
    assert.deepEqual(run.topics.counts().find((count) => count.topic === topic)?.ends, [3n, 2n, 2n]);
  });

  it('knows its path and what it may be trusted to say', async () => {
    await using run = await fresh();
    const { topic } = await read(run.topics, run.path, numbered(1), { trusted: ['source'] });
    const description = run.topics.describe(topic);
    assert.deepEqual(description, { kind: 'file', path: run.path, trusted: ['source'], epoch: 1 });
  });

  it('every line is a row: blank, broken and too long ones are messages with a reason', async () => {
    await using run = await fresh();
    const { topic } = await read(run.topics, run.path, 'x', { rows: badRows });
    assert.deepEqual(contents(run.topics, topic), [
      'a',
      '(empty_value)',
      '(empty_value)',
      '(not_json)',
      '(too_large)',
      'b',
    ]);
  });

  it('keeps its partition count when opened on a machine with other cores', async () => {
    await using run = await fresh(3);
    const { topic } = await read(run.topics, run.path, numbered(4));
    await run.topics.close();
    await using again = await openTopics(run.state, { partitions: 8 });
    assert.equal(again.partitions, 3);
    const report = await read(again, run.path, numbered(6));
    assert.equal(report.added, 2);
    assert.deepEqual(contents(again, topic), ['0', '1', '2', '3', '4', '5']);
  });
});

describe('a file that is read again', () => {
  it('unchanged: nothing is added', async () => {
    await using run = await fresh();
    await read(run.topics, run.path, numbered(5));
    assert.equal((await read(run.topics, run.path, numbered(5))).added, 0);
  });

  it('appended: only what is new is added', async () => {
    await using run = await fresh();
    const first = await read(run.topics, run.path, numbered(5));
    const second = await read(run.topics, run.path, numbered(8));
    assert.equal(second.topic, first.topic);
    assert.equal(second.added, 3);
    assert.deepEqual(contents(run.topics, second.topic), ['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('a row inserted at the top: a new epoch reads it whole', async () => {
    await using run = await fresh();
    const first = await read(run.topics, run.path, lines('a', 'b'));
    const second = await read(run.topics, run.path, lines('new', 'a', 'b'));
    assert.notEqual(second.topic, first.topic);
    assert.equal(second.epoch, 2);
    assert.deepEqual(contents(run.topics, second.topic), ['new', 'a', 'b']);
    assert.deepEqual(contents(run.topics, first.topic), ['a', 'b']);
    assert.equal((await read(run.topics, run.path, lines('new', 'a', 'b', 'c'))).added, 1);
  });

  it('one byte changed in place: a new epoch, though the sizes agree', async () => {
    await using run = await fresh();
    await read(run.topics, run.path, lines('a', 'b'));
    assert.equal((await read(run.topics, run.path, lines('x', 'b'))).epoch, 2);
  });

  it('shortened or emptied: a new epoch, and the old rows stay', async () => {
    await using run = await fresh();
    const first = await read(run.topics, run.path, lines('a', 'b', 'c'));
    const second = await read(run.topics, run.path, lines('a'));
    assert.deepEqual([second.epoch, second.added], [2, 1]);
    assert.deepEqual(contents(run.topics, first.topic), ['a', 'b', 'c']);
    assert.deepEqual((await read(run.topics, run.path, '')).epoch, 3);
  });

  it('renamed: another topic, read whole', async () => {
    await using run = await fresh();
    const first = await read(run.topics, run.path, lines('a', 'b'));
    await rename(run.path, `${run.path}.old`);
    const second = await read(run.topics, `${run.path}.old`, lines('a', 'b'));
    assert.notEqual(second.topic, first.topic);
    assert.deepEqual(contents(run.topics, second.topic), ['a', 'b']);
  });

  it('standard input is a new topic each time', async () => {
    await using run = await fresh();
    const stdin = { trusted: [], path: '-', rows: () => rowsOf(lines('a')) };
    const first = await ingestRows(run.topics, stdin);
    assert.notEqual((await ingestRows(run.topics, stdin)).topic, first.topic);
  });

  it('a second process reading the same file at once is refused before it writes twice', async () => {
    await using run = await fresh();
    const both = await Promise.allSettled([
      read(run.topics, run.path, numbered(5)),
      read(run.topics, run.path, numbered(5)),
    ]);
    const failed = both.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as { code: string }] : [],
    );
    assert.deepEqual(
      failed.map(({ code }) => code),
      ['BALLAST_INGEST_CONFLICT'],
    );
    const topic = run.topics.topics()[0] ?? '';
    assert.deepEqual(contents(run.topics, topic), ['0', '1', '2', '3', '4']);
  });
});

describe('an unterminated last line', () => {
  it('is a document when it is complete, and is not read twice', async () => {
    await using run = await fresh();
    const text = `${line('a')}{"text":"b"}`;
    const { topic } = await read(run.topics, run.path, text);
    assert.equal((await read(run.topics, run.path, text)).added, 0);
    assert.equal((await read(run.topics, run.path, `${text}\r\n${line('c')}`)).added, 1);
    assert.equal((await read(run.topics, run.path, `${text}\r\n${lines('c', 'd')}`)).added, 1);
    assert.deepEqual(contents(run.topics, topic), ['a', 'b', 'c', 'd']);
  });

  it('half-written, input final: never a document, and its completed form is read', async () => {
    await using run = await fresh();
    const { topic } = await read(run.topics, run.path, `${line('a')}{"text":"hal`);
    assert.equal((await read(run.topics, run.path, `${line('a')}{"text":"hal`)).added, 0);
    assert.equal((await read(run.topics, run.path, `${line('a')}{"text":"half"}\n${line('c')}`)).added, 2);
    assert.deepEqual(contents(run.topics, topic), ['a', '(unterminated_input)', 'half', 'c']);
  });

  it('half-written, input still growing: held back until it is whole', async () => {
    await using run = await fresh();
    const growing = { final: false };
    const first = await read(run.topics, run.path, `${line('a')}{"text":"hal`, growing);
    assert.deepEqual([first.added, first.heldBack], [1, 12]);
    const second = await read(run.topics, run.path, `${line('a')}{"text":"half"}`, growing);
    assert.deepEqual([second.added, second.heldBack], [1, 0]);
    assert.deepEqual(contents(run.topics, second.topic), ['a', 'half']);
  });

  it('a number that may still grow is not taken for a value', async () => {
    await using run = await fresh();
    const growing = { final: false };
    assert.equal((await read(run.topics, run.path, '1', growing)).heldBack, 1);
    const { topic } = await read(run.topics, run.path, '12\n', growing);
    assert.deepEqual(contents(run.topics, topic), ['(not_an_object)']);
  });

  it('replaced by another line: a new epoch', async () => {
    await using run = await fresh();
    await read(run.topics, run.path, `${line('a')}{"text":"b"}`);
    assert.equal((await read(run.topics, run.path, lines('a', 'B'))).epoch, 2);
  });
});

describe('an ingest that ends early', () => {
  for (const point of ['ingest:before', 'ingest:committed', 'ingest:flushed']) {
    it(`stopped at ${point}, it goes on where it was`, async () => {
      await using run = await fresh();
      const text = numbered(3_000);
      let left = 2;
      await run.topics.close();
      const failing = await openTopics(run.state, {
        failAt(at) {
          if (at !== point) return;
          left -= 1;
          if (left === 0) throw new Error('stopped');
        },
      });
      await assert.rejects(read(failing, run.path, text), /stopped/);
      await failing.close();
      await using again = await openTopics(run.state);
      const { topic, added } = await read(again, run.path, text);
      assert.ok(added > 0 && added < 3_000);
      assert.deepEqual(
        contents(again, topic),
        Array.from({ length: 3_000 }, (_, index) => String(index)),
      );
    });
  }

  it('an input that breaks off keeps what was readable, and the error is thrown', async () => {
    await using run = await fresh();
    async function* rows(): AsyncGenerator<Row, void, void> {
      yield* rowsOf(lines('a', 'b'));
      throw new Error('truncated');
    }
    await assert.rejects(read(run.topics, run.path, 'x', { rows }), /truncated/);
    const report = await read(run.topics, run.path, lines('a', 'b', 'c'));
    assert.equal(report.added, 1);
    assert.deepEqual(contents(run.topics, report.topic), ['a', 'b', 'c']);
  });

  it('a signal ends it after the batch in hand', async () => {
    await using run = await fresh();
    const stop = new AbortController();
    const input = { signal: stop.signal, onProgress: () => stop.abort() };
    const first = await read(run.topics, run.path, numbered(3_000), input);
    assert.ok(first.added > 0 && first.added < 3_000);
    const second = await read(run.topics, run.path, numbered(3_000));
    assert.equal(first.added + second.added, 3_000);
  });
});
