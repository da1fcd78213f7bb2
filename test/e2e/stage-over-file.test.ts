import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { Workplace } from './cli.ts';
import { attested, checkedDocuments, declared, documents, inDisorder, jsonLines, writer } from './texts.ts';

const write = writer(61);
const rows = inDisorder(
  [
    ...documents('human', 300, write, attested),
    ...documents('machine', 60, write, declared),
    ...documents('open', 60, write, { source: 'forum' }),
    ...checkedDocuments(8).map(({ line }) => line),
  ],
  7,
);
const broken = '{"text": nope}';
const withBroken = [...rows.slice(0, 5), broken, ...rows.slice(5)];

const place = new Workplace();
after(() => place[Symbol.asyncDispose]());
place.write('in.jsonl', jsonLines(withBroken));
place.write(
  'pipeline.yaml',
  'sources: [{ match: library-*, trust: human }]\ningest: [{ file: in.jsonl, trusted: [source, check] }, { file: "-", trusted: [source] }]\nverify: { action: annotate }\n',
);

const verdict = z
  .object({ stage: z.string(), action: z.enum(['keep', 'reject', 'defer', 'dead']), reason: z.string() })
  .loose();
const single = z.strictObject({ id: z.string(), verdict });
const joined = z.strictObject({
  id: z.string(),
  verdict: z.strictObject({ detect: verdict, verify: verdict.optional() }),
});

/** The lines of an output by a schema, with ids in input order asserted. */
function parsed<T extends { readonly id: string }>(output: string, schema: z.ZodType<T>): readonly T[] {
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)));
  const ids = lines.map(({ id }) => id);
  assert.match(ids[5] ?? '', /^documents\.raw\.\w+\/0\/5$/, 'what has no id goes by its position');
  assert.deepEqual(
    ids.toSpliced(5, 1),
    rows.map(({ id }) => id),
    'one line per document, in input order',
  );
  return lines;
}

describe('one stage over a file', () => {
  test('detector: one {id, verdict} per document, in input order', async () => {
    const { status, stdout, stderr } = await place.ballast([
      'run',
      'detector',
      '--input',
      'in.jsonl',
      '--output',
      '-',
      '--config',
      'pipeline.yaml',
    ]);
    assert.deepEqual([status, stderr], [0, '']);
    const lines = parsed(stdout, single);
    for (const { id, verdict: said } of lines) {
      assert.equal(said.stage, 'detect');
      if (id.startsWith('human')) assert.deepEqual([said['pool'], said['p']], ['anchor', 0]);
      if (id.startsWith('machine')) assert.deepEqual([said['pool'], said['p']], ['synthetic', 1]);
    }
    assert.deepEqual([lines[5]?.verdict.action, lines[5]?.verdict.reason], ['dead', 'not_json']);
  });

  test('verifier, into a file: checks are run, unreadable lines are dead', async () => {
    const { status, stdout } = await place.ballast([
      'run',
      'verifier',
      '--input',
      'in.jsonl',
      '--output',
      'out.ndjson',
      '--config',
      'pipeline.yaml',
    ]);
    assert.deepEqual([status, stdout], [0, '']);
    const lines = parsed(readFileSync(place.path('out.ndjson'), 'utf8'), single);
    const verdicts = new Map(lines.map((line) => [line.id, line.verdict]));
    assert.deepEqual(
      [verdicts.get('sum-0')?.['verified'], verdicts.get('sum-1')?.reason],
      [true, 'check_failed'],
    );
    assert.deepEqual(
      [verdicts.get('program-2')?.['verified'], verdicts.get('program-3')?.reason],
      [true, 'check_failed'],
    );
    assert.equal(lines[5]?.verdict.reason, 'not_json');
  });

  test('detector+verifier: both verdicts on one line; what the first refuses the second does not judge', async () => {
    const { status, stdout } = await place.ballast([
      'run',
      'detector+verifier',
      '--input',
      'in.jsonl',
      '--output',
      '-',
      '--config',
      'pipeline.yaml',
    ]);
    assert.equal(status, 0);
    const lines = parsed(stdout, joined);
    assert.deepEqual(lines[5]?.verdict, {
      detect: { stage: 'detect', version: '1', action: 'dead', reason: 'not_json' },
    });
    assert.ok(
      lines.every(({ verdict: { verify } }, index) =>
        index === 5 ? verify === undefined : verify?.stage === 'verify',
      ),
    );
  });

  test('oversampler: strata and tokens, and unreadable lines are passed on', async () => {
    const { status, stdout } = await place.ballast([
      'run',
      'oversampler',
      '--input',
      'in.jsonl',
      '--config',
      'pipeline.yaml',
    ]);
    assert.equal(status, 0);
    const lines = parsed(stdout, single);
    assert.deepEqual(lines[5]?.verdict.reason, 'not_json');
    assert.deepEqual(
      new Set(lines.map(({ verdict: said }) => said['stratum'])),
      new Set([undefined, 'assistant', 'forum', 'library-east']),
    );
  });

  test('standard input is read, and a reader that has enough ends the run quietly', async () => {
    const piped = await place.ballast(['run', 'verifier', '--input', '-', '--config', 'pipeline.yaml'], {
      stdin: jsonLines(withBroken),
    });
    assert.equal(piped.status, 0);
    parsed(piped.stdout, single);
    const { child, ended } = place.start([
      'run',
      'verifier',
      '--input',
      'in.jsonl',
      '--config',
      'pipeline.yaml',
    ]);
    child.stdout?.destroy();
    const { status, stderr } = await ended;
    assert.deepEqual([status, stderr], [0, '']);
  });

  test('a missing input exits 66, an output that cannot be written 74; no folder is left behind', async () => {
    const missing = await place.ballast(['run', 'verifier', '--input', 'none.jsonl', '--output', '-']);
    assert.deepEqual([missing.status, missing.stdout], [66, '']);
    assert.match(missing.stderr, /BALLAST_INPUT_MISSING/);
    const env = { TMPDIR: place.folder };
    for (const output of ['/dev/null/out', 'no-such-folder/out', '/dev/full']) {
      const { status, stderr } = await place.ballast(
        ['run', 'verifier', '--input', 'in.jsonl', '--output', output],
        { env },
      );
      assert.deepEqual([status, /^(\S+):/.exec(stderr)?.[1]], [74, 'BALLAST_CLI_OUTPUT'], output);
    }
    assert.deepEqual(
      readdirSync(place.folder).filter((name) => name.startsWith('ballast-')),
      [],
    );
  });

  test('an input that breaks off gives what is readable, and its exit status', async () => {
    place.write('cut.jsonl', jsonLines(rows.slice(0, 3)) + '{"text":"ha');
    const { status, stdout } = await place.ballast(['run', 'verifier', '--input', 'cut.jsonl']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => single.parse(JSON.parse(line)));
    assert.equal(status, 0, 'a half-written last line is an outcome, not an error');
    assert.deepEqual(lines.map(({ verdict: said }) => said.reason).at(-1), 'unterminated_input');
    assert.equal(lines.length, 4);
  });
});
