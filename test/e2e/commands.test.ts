import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { Workplace } from './cli.ts';

const place = new Workplace();
after(() => place[Symbol.asyncDispose]());

const commands = [
  'dev',
  'run',
  'audit',
  'canaries',
  'consume',
  'dashboard',
  'detect',
  'explain',
  'lag',
  'produce',
  'replay',
  'test',
  'topics',
  'train-detector',
  'validate',
  'verify',
];

describe('the command line', () => {
  test('--help of every command exits 0 and names its flags, without colour codes in a pipe', async () => {
    const overview = await place.ballast(['--help']);
    assert.equal(overview.status, 0);
    for (const name of commands) assert.match(overview.stdout, new RegExp(`\\b${name}\\b`));
    const helps = await place.each(commands.map((name) => [name, '--help']));
    for (const [index, { status, stdout, stderr }] of helps.entries()) {
      assert.deepEqual([status, stderr], [0, ''], commands[index]);
      assert.match(stdout, /USAGE ballast/);
      assert.ok(!stdout.includes('\u001b'));
    }
    const { stdout } = await place.ballast(['run', '--help']);
    for (const flag of ['input', 'table', 'reference', 'canaries', 'state', 'config', 'json', 'output'])
      assert.match(stdout, new RegExp(`--${flag}\\b`));
  });

  test('what it does not understand exits 2 and says so on standard error alone', async () => {
    place.write('in.jsonl', '{"text":"a"}\n');
    const misuses = [
      [],
      ['no-such-command'],
      ['run', '--no-such-flag'],
      ['audit', '--no-such-flag', 'table'],
      ['run'],
      ['run', '--input', 'in.jsonl'],
      ['run', '--input', 'in.jsonl', '--table', 'table', '--workers', 'many'],
      ['run', '--input', 'in.jsonl', '--table', 'table', '--workers', '0'],
      ['run', 'no-such-stage', '--input', 'in.jsonl'],
      ['run', 'detector+no-such-stage', '--input', 'in.jsonl'],
      ['run', 'detector+oversampler', '--input', 'in.jsonl'],
      ['run', 'verifier+detector', '--input', 'in.jsonl'],
      ['run', 'mixer', '--input', 'in.jsonl'],
      ['run', 'verifier', '--input', 'in.jsonl', 'in.jsonl'],
      ['run', 'detector'],
      ['audit'],
      ['audit', 'table', 'another'],
      ['explain', 'table'],
      ['train-detector', '--out', 'model'],
    ];
    for (const [index, { status, stdout, stderr }] of (await place.each(misuses)).entries()) {
      const args = misuses[index]?.join(' ') ?? '';
      assert.equal(status, 2, `ballast ${args}: ${stderr}`);
      // Without any word the answer is the help.
      if (args !== '') assert.deepEqual([stdout, stderr.length > 0], ['', true], args);
    }
  });

  test('a table that is none exits 66 for audit and explain', async () => {
    for (const args of [
      ['audit', 'nowhere'],
      ['explain', 'nowhere', 'id'],
      ['audit', 'in.jsonl'],
    ]) {
      const { status, stderr } = await place.ballast(args);
      assert.deepEqual(
        [status, /^(\S+):/.exec(stderr)?.[1]],
        [66, 'BALLAST_TABLE_NOT_A_TABLE'],
        args.join(' '),
      );
    }
  });

  test('missing reference, canaries and model exit 66 with a fix, and no report', async () => {
    place.write('model.yaml', 'detector: { model: no-such-folder }\n');
    for (const flags of [
      ['--reference', 'none.jsonl'],
      ['--canaries', 'none.jsonl'],
      ['--config', 'model.yaml'],
    ]) {
      const { status, stdout, stderr } = await place.ballast([
        'run',
        '--input',
        'in.jsonl',
        '--table',
        'table',
        ...flags,
      ]);
      assert.deepEqual([status, stdout], [66, ''], `${flags.join(' ')}: ${stderr}`);
      assert.match(stderr, /fix: \w+/);
    }
  });
});

describe('pipeline.yaml', () => {
  const problems: readonly (readonly [
    name: string,
    yaml: string,
    line: number,
    code: string,
    fix: RegExp,
  ])[] = [
    [
      'an unknown key',
      'verify:\n  action: annotate\n  presett: x\n',
      3,
      'BALLAST_CONFIG_UNKNOWN_KEY',
      /did you mean verify\.preset\?/,
    ],
    [
      'a cap of 40',
      'mixer:\n  caps: { unverified: 0.2, total: 40 }\n',
      2,
      'BALLAST_CONFIG_RANGE',
      /use 0\.40 for forty per cent/,
    ],
    [
      'a negative repeat',
      'sources: []\noversampler:\n  repeatsMax: -1\n',
      3,
      'BALLAST_CONFIG_RANGE',
      /whole number from 1 to 4/,
    ],
    [
      'ceilings that are not nested',
      'mixer:\n  caps:\n    unverified: 0.5\n',
      3,
      'BALLAST_CONFIG_RULE',
      /agree/,
    ],
    ['broken YAML', 'mixer: [\n', 2, 'BALLAST_CONFIG_SYNTAX', /YAML/],
    [
      'an unset variable',
      'detector:\n  model: ${NO_SUCH_VARIABLE}\n',
      2,
      'BALLAST_CONFIG_VARIABLE',
      /NO_SUCH_VARIABLE|default/,
    ],
  ];
  for (const [name, yaml, line, code, fix] of problems) {
    test(`${name} exits 78 with line and fix, from validate and from run`, async () => {
      place.write('bad.yaml', yaml);
      const [validated, ran] = await place.each([
        ['validate', 'bad.yaml'],
        ['run', '--input', 'in.jsonl', '--table', 'table', '--config', 'bad.yaml'],
      ]);
      assert.ok(validated !== undefined && ran !== undefined);
      assert.equal(validated.status, 78);
      assert.match(validated.stderr, new RegExp(`^bad\\.yaml:${line}:\\d+ .*\\n {3}fix: .*${code}`, 's'));
      assert.match(validated.stderr, fix);
      assert.deepEqual([ran.status, ran.stdout, ran.stderr], [78, '', validated.stderr]);
    });
  }

  test('problems as JSON have place, code and fix each', async () => {
    place.write('bad.yaml', 'mixer: { caps: { total: 40 } }\noversampler: { repeatsMax: -1 }\nfoo: 1\n');
    const { status, stdout, stderr } = await place.ballast(['validate', 'bad.yaml', '--json']);
    const { error } = z
      .object({
        schemaVersion: z.literal(1),
        error: z.object({
          exit: z.literal(78),
          problems: z.array(
            z.object({
              code: z.string(),
              file: z.string(),
              line: z.number(),
              column: z.number(),
              fix: z.string(),
            }),
          ),
        }),
      })
      .parse(JSON.parse(stderr));
    assert.deepEqual([status, stdout, error.problems.map(({ line }) => line)], [78, '', [1, 2, 3]]);
  });

  test('the shipped one and the defaults are valid; --schema is a JSON Schema of it', async () => {
    const shipped = new URL('../../deploy/pipeline.yaml', import.meta.url).pathname;
    for (const args of [[], [shipped]]) assert.equal((await place.ballast(['validate', ...args])).status, 0);
    const { stdout } = await place.ballast(['validate', shipped, '--json']);
    const { pipeline } = z
      .object({
        hash: z.string(),
        pipeline: z.object({ mixer: z.object({ caps: z.object({ total: z.number() }) }) }),
      })
      .parse(JSON.parse(stdout));
    assert.equal(pipeline.mixer.caps.total, 0.3);
    const schema = await place.ballast(['validate', '--schema']);
    const { properties } = z
      .object({ type: z.literal('object'), properties: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(schema.stdout));
    assert.deepEqual(Object.keys(properties).toSorted(), [
      'detector',
      'ingest',
      'kafka',
      'mixer',
      'oversampler',
      'sources',
      'verify',
    ]);
  });
});
