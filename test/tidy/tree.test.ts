import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { measure, readSourceTree, root } from './source-tree.ts';

const source = readSourceTree({ tests: false });

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

describe('the house', () => {
  test('the runtime is Node 24', () => {
    assert.equal(process.versions.node.split('.')[0], '24');
  });

  test('no file is longer than 600 lines, and nine in ten have at most 370', () => {
    const long = readSourceTree({ tests: true }).filter(({ lines }) => lines > 600);
    assert.deepEqual(
      long.map(({ file, lines }) => `${file}: ${lines}`),
      [],
    );
    assert.ok(
      percentile(
        source.map(({ lines }) => lines),
        0.9,
      ) <= 370,
    );
  });

  test('nine functions in ten have at most 65 lines', () => {
    const lengths = source.flatMap(({ functions }) => functions.map(({ lines }) => lines));
    assert.ok(percentile(lengths, 0.9) <= 65);
  });

  test('the type any stands nowhere', () => {
    assert.deepEqual(
      readSourceTree({ tests: true }).flatMap(({ file, anyLines }) =>
        anyLines.map((line) => `${file}:${line}`),
      ),
      [],
    );
  });

  test('every export is documented', () => {
    assert.deepEqual(
      source.flatMap(({ file, undocumented }) => undocumented.map((name) => `${file}: ${name}`)),
      [],
    );
  });

  test('every package has a README, and no file is called utils, helpers, common or manager', () => {
    const packages = globSync('{libs,services}/*/package.json', { cwd: root });
    assert.deepEqual(
      packages
        .map((file) => file.replace('package.json', 'README.md'))
        .filter((file) => !existsSync(root + file)),
      [],
    );
    assert.deepEqual(
      source
        .filter(({ file }) => /(utils?|helpers?|common|manager)(\/|\.ts$)/.test(file))
        .map(({ file }) => file),
      [],
    );
  });

  test('only the packages meant to name a library do so', () => {
    const owners: { readonly [library: string]: RegExp } = {
      kafkajs: /^libs\/kafka\//,
      'hyparquet-writer': /^libs\/shard\//,
      hyparquet: /^libs\/shard\//,
      'parquetjs-lite': /^libs\/shard\//,
      'onnxruntime-node': /^libs\/detect\/src\/(onnx|second\/classifier)\.ts$/,
      lmdb: /^libs\/(stage\/src\/embedded|verify\/src\/dedup)\//,
      '@duckdb/node-api': /^libs\/table\//,
      pino: /^libs\/host\//,
      'prom-client': /^libs\/host\//,
    };
    const strays = source.flatMap(({ file, content }) =>
      [...content.matchAll(/from '([^'.][^']*)'/g)].flatMap(([, library = '']) => {
        const owner = owners[library];
        return owner === undefined || owner.test(file) ? [] : [`${file} imports ${library}`];
      }),
    );
    assert.deepEqual(strays, []);
  });

  test('nothing that is tracked names a machine path or leaves a work note', () => {
    const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    });
    const stray = tracked
      .split('\n')
      .filter(
        (file) =>
          /\.(ts|mjs|js|json|md|yaml|yml|sql|css|html)$/.test(file) &&
          file !== 'package-lock.json' &&
          existsSync(root + file),
      )
      .filter((file) =>
        /(?<!proc\/1)\/(root|home|work)\/[a-z]|\b(TODO|FIXME|XXX)\b/.test(
          readFileSync(root + file, 'utf8').replaceAll('tree.test', ''),
        ),
      )
      .filter((file) => file !== 'test/tidy/tree.test.ts');
    assert.deepEqual(stray, []);
  });
});

describe('the measuring itself', () => {
  test('finds an undocumented export, an any and the length of a function', () => {
    const found = measure(
      'x.ts',
      '/** Fine. */\nexport const a = 1;\n\nexport function b(c: any) {\n  return c;\n}\n',
    );
    assert.deepEqual(found.undocumented, ['b']);
    assert.deepEqual(found.anyLines, [4]);
    assert.deepEqual(
      found.functions.map(({ lines }) => lines),
      [3],
    );
  });
});
