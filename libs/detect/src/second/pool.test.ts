import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { Pool } from './pool.ts';
import type { Answer, SecondEvent } from './pool.ts';

const opened: Pool[] = [];
const started: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.close()));
  for (const child of started.splice(0)) assert.ok(hasEnded(child), 'close left a process behind');
});

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function open(processes = 1, timeoutMs = 5_000): Promise<{ pool: Pool; events: SecondEvent[] }> {
  const events: SecondEvent[] = [];
  const pool = await Pool.open({
    spawn: () => {
      const child = fork(new URL('child.fixture.ts', import.meta.url), { execArgv: [] });
      started.push(child);
      return child;
    },
    processes,
    timeoutMs,
    report: (event) => events.push(event),
  });
  opened.push(pool);
  return { pool, events };
}

const texts = Array.from({ length: 50 }, (_, n) => 'x'.repeat(n + 1));
const answers: readonly Answer[] = texts.map(({ length }) => ({ logOdds: length }));

describe('a pool of processes', () => {
  test('answers every text in order, whatever the number of processes', async () => {
    for (const processes of [1, 3]) {
      const { pool } = await open(processes);
      assert.deepEqual(await pool.score(texts), answers);
      assert.deepEqual(await Promise.all([pool.score(texts), pool.score(['y'])]), [
        answers,
        [{ logOdds: 1 }],
      ]);
    }
  });

  test('a text that crashes the model goes without an answer, those beside it have theirs', async () => {
    const { pool, events } = await open();
    const found = await pool.score(texts.toSpliced(7, 1, 'crash'));
    assert.deepEqual(found, answers.toSpliced(7, 1, { unanswered: 'model_crashed' }));
    assert.deepEqual(
      events.map(({ level, fields }) => [level, fields['reason'], fields['outcome']]),
      [
        ['warn', 'model_crashed', 'the text is tried again'],
        ['warn', 'model_crashed', 'the text is deferred'],
      ],
    );
  });

  test('a text that the model is stuck at goes without an answer, those beside it have theirs', async () => {
    const { pool } = await open(2, 400);
    const found = await pool.score(texts.toSpliced(3, 1, 'mute'));
    assert.deepEqual(found, answers.toSpliced(3, 1, { unanswered: 'model_timed_out' }));
    assert.ok(started.filter((child) => child.signalCode === 'SIGKILL').length >= 2);
  });

  test('a score that is no number is an answer of its own and costs no process', async () => {
    const { pool, events } = await open();
    assert.deepEqual(await pool.score(['empty', 'x']), [
      { unanswered: 'model_gave_no_score' },
      { logOdds: 1 },
    ]);
    assert.deepEqual(events, []);
  });

  test('what ended a process once does not defer the text: it is tried again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ballast-second-'));
    try {
      const { pool } = await open();
      const text = `once ${join(folder, 'mark')}`;
      assert.deepEqual(await pool.score(['a', text, 'b']), [
        { logOdds: 1 },
        { logOdds: text.length },
        { logOdds: 1 },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a process that ended while it had nothing to do is replaced', async () => {
    const { pool } = await open();
    started[0]?.kill('SIGKILL');
    assert.deepEqual(await pool.score(['x']), [{ logOdds: 1 }]);
  });

  test('a model that fails at everything is given up after five failures, with an alarm', async () => {
    const { pool, events } = await open();
    const found = await pool.score(Array.from({ length: 40 }, () => 'crash'));
    assert.ok(found.every((answer) => 'unanswered' in answer && answer.unanswered === 'model_crashed'));
    assert.equal(events.filter(({ level }) => level === 'error').length, 1);
    const processes = started.length;
    assert.deepEqual(await pool.score(['x']), [{ unanswered: 'model_crashed' }]);
    assert.equal(started.length, processes, 'it was asked although it was given up');
  });

  test('an abort or the end of the pool rejects what waits', async () => {
    const { pool } = await open(1, 1_000);
    const stop = new AbortController();
    const waiting = pool.score(['mute', 'x'], stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    const late = assert.rejects(pool.score(['y']), /closed/);
    await pool.close();
    await late;
    await assert.rejects(pool.score(['z']), /closed/);
  });
});
