import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { configHash, loadPipeline, parsePipeline, redacted } from './config.ts';
import { ConfigError } from './config-error.ts';
import { configErrors } from './errors.ts';

fc.configureGlobal({ seed: 1 });

const defaults = pipelineSchema.parse({});

/** The whole message of the error that a text causes. */
function problemsOf(text: string, overrides = {}, environment = {}): ConfigError {
  try {
    parsePipeline(text, 'pipeline.yaml', overrides, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: `accepted: ${text}` });
}

/** The message of a single problem, which must be the only one. */
function problemOf(text: string, overrides = {}, environment = {}): string {
  const { problems, message, exit } = problemsOf(text, overrides, environment);
  assert.equal(problems.length, 1, message);
  assert.equal(exit, 78);
  return message;
}

suite('what is accepted', () => {
  test('no file, an empty file and a file of comments give the defaults', () => {
    assert.deepEqual(loadPipeline(undefined), defaults);
    assert.deepEqual(parsePipeline('', 'f'), defaults);
    assert.deepEqual(parsePipeline('# nothing\n', 'f'), defaults);
  });

  test('every pipeline survives being written as YAML', () => {
    const share = fc.integer({ min: 0, max: 100 }).map((percentage) => percentage / 100);
    const pipeline = fc.record({
      sources: fc.array(fc.record({ match: fc.string({ minLength: 1 }), prior: share }), { maxLength: 3 }),
      oversampler: fc.record({ repeatsMax: fc.integer({ min: 1, max: 4 }) }),
      mixer: fc.record({ repeatedTokensMax: share }),
    });
    fc.assert(
      fc.property(pipeline, (value) => {
        fc.pre(!JSON.stringify(value).includes('${'));
        assert.deepEqual(parsePipeline(stringify(value), 'f'), pipelineSchema.parse(value));
      }),
    );
  });

  test('the command line stands above the file, key by key', () => {
    const text = 'detector:\n  tau: 0.05\n  batch: 8\n';
    const { detector } = parsePipeline(text, 'f', { detector: { batch: 16, canaries: undefined } });
    assert.equal(detector.tau, 0.05);
    assert.equal(detector.batch, 16);
    assert.equal(detector.canaries, undefined);
  });

  test('YAML 1.2: yes and no are words, not booleans', () => {
    assert.equal(parsePipeline('sources: [{match: no, licence: yes}]', 'f').sources[0]?.match, 'no');
  });
});

suite('environment variables', () => {
  test('are replaced, with default and escape', () => {
    const text = [
      'sources:',
      '  - match: ${HOST}.org',
      '    licence: ${LICENCE:-CC-BY-4.0}',
      '    family: "$${HOST}"',
    ].join('\n');
    const [source] = parsePipeline(text, 'f', {}, { HOST: 'example', LICENCE: '' }).sources;
    assert.deepEqual(
      [source?.match, source?.licence, source?.family],
      ['example.org', 'CC-BY-4.0', '${HOST}'],
    );
  });

  test('an unquoted one may be a number, a quoted one stays a string', () => {
    assert.equal(parsePipeline('detector: {tau: "0.05"}'.replaceAll('"', ''), 'f').detector.tau, 0.05);
    const environment = { TAU: '0.05' };
    assert.equal(parsePipeline('detector:\n  tau: ${TAU}', 'f', {}, environment).detector.tau, 0.05);
    assert.match(problemOf('detector:\n  tau: "${TAU}"', {}, environment), /is not a number/);
  });

  test('cannot change the structure of the file', () => {
    const environment = { NAME: 'x\nmixer:\n  caps: {unverified: 1, total: 1}' };
    const pipeline = parsePipeline('sources:\n  - match: ${NAME}', 'f', {}, environment);
    assert.equal(pipeline.sources[0]?.match, environment.NAME);
    assert.deepEqual(pipeline.mixer.caps, defaults.mixer.caps);
  });

  test('one that is not set is a problem at its place', () => {
    assert.equal(
      problemOf('sources:\n  - match: ${HOST}'),
      'pipeline.yaml:2:12  sources[0].match: environment variable HOST is not set\n' +
        `   fix: ${configErrors.variable.fix}      docs: errors.md#BALLAST_CONFIG_VARIABLE`,
    );
    assert.match(
      problemOf('detector:\n  model: ${MODEL:?name the folder}', {}, { MODEL: '' }),
      /MODEL is not set: name the folder/,
    );
    assert.match(
      problemOf('detector:\n  model: ${file:/etc/passwd}'),
      /is not a reference to an environment variable/,
    );
  });

  test('a value from the environment is never printed: it may be a secret', () => {
    const message = problemOf('detector:\n  tau: ${SECRET}', {}, { SECRET: 'hunter2' });
    assert.match(message, /pipeline\.yaml:2:8 {2}detector\.tau: the value of \$\{SECRET\} is not a number/);
    assert.doesNotMatch(message, /hunter2/);
  });
});

suite('what is refused, with place and fix', () => {
  test('cap 40', () => {
    assert.equal(
      problemOf('mixer:\n  caps:\n    unverified: 40\n'),
      'pipeline.yaml:3:17  mixer.caps.unverified: 40 is not between 0 and 1\n' +
        '   fix: use 0.40 for forty per cent      docs: errors.md#BALLAST_CONFIG_RANGE',
    );
    assert.match(problemOf('mixer: {caps: {total: 12.5}}'), /fix: use 0\.125 for 12\.5 per cent/);
    assert.match(
      problemOf('mixer: {caps: {total: 30%}}'),
      /"30%" is not a number\n {3}fix: use 0\.30 for thirty per cent/,
    );
  });

  test('a negative repeat', () => {
    assert.match(
      problemOf('oversampler:\n  repeatsMax: -1'),
      /^pipeline\.yaml:2:15 {2}oversampler\.repeatsMax: -1 is not between 1 and 4\n {3}fix: use a whole number from 1 to 4\. Most copies/,
    );
  });

  test('an unknown key, with the one that was meant', () => {
    assert.match(
      problemOf('mixer:\n  caps:\n    unverfied: 0.1'),
      /^pipeline\.yaml:3:5 {2}mixer\.caps\.unverfied: is not a key of pipeline\.yaml\n {3}fix: did you mean mixer\.caps\.unverified\?/,
    );
    assert.match(
      problemOf('colour: blue'),
      /^pipeline\.yaml:1:1 {2}colour: .*\n {3}fix: remove it; keys here are sources, /,
    );
  });

  test('a wrong choice, a wrong type, a missing key, an empty value', () => {
    assert.match(
      problemOf('verify: {code: require}'),
      /"require" is not one of .*\n {3}fix: did you mean required\?/,
    );
    assert.match(
      problemOf('detector: {cutoff: 2022}'),
      /2022 is not a text\n {3}fix: put it in quotes: "2022"/,
    );
    assert.match(problemOf('sources: human'), /"human" is not a list/);
    assert.match(
      problemOf('sources:\n  - trust: human'),
      /^pipeline\.yaml:2:5 {2}sources\[0\]\.match: is missing/,
    );
    assert.match(
      problemOf('verify:\n  timeoutMs:\n'),
      /verify\.timeoutMs: an empty value is not a whole number/,
    );
    assert.match(problemOf('- a list'), /a list is not a section of keys/);
  });

  test('a broker that is no host:port, half a certificate, more replicas in sync than there are', () => {
    assert.match(
      problemOf('kafka: {brokers: [localhost]}'),
      /^pipeline\.yaml:1:19 {2}kafka\.brokers\[0\]: "localhost" is not of the form it must have\n {3}fix: Write host:port/,
    );
    assert.match(
      problemOf('kafka: {ssl: {cert: c.pem}}'),
      /kafka\.ssl\.cert: is given without its other half/,
    );
    assert.match(
      problemOf('kafka: {replication: 1, minInsyncReplicas: 2}'),
      /kafka\.minInsyncReplicas: 2 is above kafka\.replication 1/,
    );
  });

  test('values that contradict each other', () => {
    assert.match(problemOf('mixer: {caps: {unverified: 0.5}}'), /0\.5 is above mixer\.caps\.total 0\.3/);
    assert.match(
      problemOf('detector:\n  tau: 0.2'),
      /^pipeline\.yaml:2:8 {2}detector\.tau: 0\.2 is above half/,
    );
  });

  test('all problems at once, in the order of the file', () => {
    const { problems } = problemsOf('colour: blue\ndetector:\n  batch: 0\n  tua: 1\nverify: 7\n');
    assert.deepEqual(
      problems.map(({ line, path, kind }) => [line, path, kind.code]),
      [
        [1, 'colour', 'BALLAST_CONFIG_UNKNOWN_KEY'],
        [3, 'detector.batch', 'BALLAST_CONFIG_RANGE'],
        [4, 'detector.tua', 'BALLAST_CONFIG_UNKNOWN_KEY'],
        [5, 'verify', 'BALLAST_CONFIG_TYPE'],
      ],
    );
  });

  test('a value of the command line is reported as such', () => {
    assert.match(
      problemOf('detector:\n  batch: 8\n', { detector: { batch: 0 } }),
      /^command line {2}detector\.batch: 0 is not between 1 and 4096/,
    );
  });
});

suite('hostile files', () => {
  test('broken YAML, a repeated key, a foreign tag and a second document name their line', () => {
    assert.match(
      problemOf('detector:\n  tau: 0.1\n  tau: 0.2\n'),
      /^pipeline\.yaml:3:3 {2}map keys must be unique/,
    );
    assert.match(problemsOf('mixer: [1, 2\n').message, /^pipeline\.yaml:\d+:\d+ {2}/);
    assert.match(problemsOf('mixer: !!js/function "x"').message, /^pipeline\.yaml:1:8 {2}unresolved tag/);
    assert.match(problemsOf('detector: {}\n---\nmixer: {}\n').message, /multiple documents/);
  });

  test('an alias bomb ends at its limit', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const below = level === 0 ? '"x"' : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 9 }, () => below).join(', ')}]`;
    });
    const started = performance.now();
    assert.match(problemOf(levels.join('\n')), /[Ee]xcessive alias count/);
    assert.ok(performance.now() - started < 2_000);
  });

  test('__proto__ is an unknown key and changes nothing', () => {
    assert.match(problemOf('__proto__: {polluted: true}'), /__proto__: is not a key/);
    assert.match(problemOf('mixer: {caps: {constructor: 1}}'), /mixer\.caps\.constructor: is not a key/);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  test('control characters of a value are spelled out', () => {
    assert.match(problemOf('verify: {code: "\\e[2J\\u202e"}'), /"\\u001b\[2J\\u202e" is not one of/);
  });

  test('any text gives a pipeline or problems, never another error', () => {
    const word = fc.constantFrom(
      'mixer',
      'caps',
      ':',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '${X}',
      '\n',
      '  ',
      '- ',
      '40',
      '"',
      '#',
      '!!',
      '|',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 25 }), (words) => {
        try {
          parsePipeline(words.join(''), 'f', {}, {});
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

suite('the password of the brokers', () => {
  const text = 'kafka: {brokers: [b:1], sasl: {mechanism: plain, username: u, password: "${SECRET}"}}';
  const pipeline = parsePipeline(text, 'f', {}, { SECRET: 'hunter2' });

  test('comes from the environment and is never printed', () => {
    assert.equal(pipeline.kafka.sasl?.password, 'hunter2');
    assert.doesNotMatch(JSON.stringify(redacted(pipeline)), /hunter2/);
    assert.deepEqual(redacted(defaults), defaults);
  });

  test('nor where the brokers are: neither is in the hash', () => {
    assert.equal(configHash(pipeline), configHash(defaults));
  });
});

suite('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-config-'));
  after(() => rmSync(folder, { recursive: true }));

  test('a file is read, and its name is what problems show', () => {
    const file = join(folder, 'mine.yaml');
    writeFileSync(file, 'detector: {batch: 7}');
    assert.equal(loadPipeline(file).detector.batch, 7);
    writeFileSync(file, 'detector: {batch: x}');
    assert.throws(() => loadPipeline(file), { message: new RegExp(`^${file}:1:19`) });
  });

  test('a missing file, a folder, a file that is too large or not UTF-8: exit 78', () => {
    const large = join(folder, 'large.yaml');
    writeFileSync(large, '#'.repeat(1024 * 1024 + 1));
    const binary = join(folder, 'binary.yaml');
    writeFileSync(binary, Uint8Array.of(0xff, 0xfe, 0x00));
    for (const file of [join(folder, 'none.yaml'), folder, large, binary]) {
      assert.throws(() => loadPipeline(file), { code: 'BALLAST_CONFIG_UNREADABLE', exit: 78 });
    }
  });
});

suite('the hash', () => {
  test('is the same however the behaviour is written, and another for another behaviour', () => {
    const hash = configHash(defaults);
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.equal(configHash(parsePipeline('mixer: {caps: {total: 0.3, unverified: 2e-1}}', 'f')), hash);
    assert.notEqual(configHash(parsePipeline('mixer: {caps: {total: 0.31}}', 'f')), hash);
  });
});
