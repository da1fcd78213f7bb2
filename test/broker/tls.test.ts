import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Workplace } from '../e2e/cli.ts';
import type { Ended } from '../e2e/cli.ts';
import { installKafka } from './jars.ts';
import { ownBroker } from './shared.ts';
import type { Broker } from './broker.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-tls-'));
const [keystore, authority, password] = [join(folder, 'broker.p12'), join(folder, 'ca.pem'), 'changed-it'];
let broker: Broker;

/** A certificate for 127.0.0.1 that no authority of the system knows, by the tool that comes with Java. */
function certify(): void {
  const keytool = join(dirname(installKafka().java), 'keytool');
  const store = ['-keystore', keystore, '-storepass', password, '-alias', 'broker'];
  const name = ['-dname', 'CN=127.0.0.1', '-ext', 'SAN=ip:127.0.0.1', '-validity', '30'];
  const run = (...args: readonly string[]) => execFileSync(keytool, args, { stdio: 'pipe' });
  run('-genkeypair', ...store, '-storetype', 'PKCS12', '-keyalg', 'EC', '-groupname', 'secp256r1', ...name);
  run('-exportcert', '-rfc', ...store, '-file', authority);
}

before(async () => {
  certify();
  broker = await ownBroker({ tls: { keystore, password }, users: { admin: 'right' } });
});
after(async () => {
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command with these settings of TLS, as JSON. */
function ballast(place: Workplace, ssl: string, ...args: readonly string[]): Promise<Ended> {
  const sasl = '{ mechanism: plain, username: admin, password: right }';
  const lines = [
    `  brokers: ['${broker.bootstrap}']`,
    `  sasl: ${sasl}`,
    ...(ssl === '' ? [] : [`  ssl: ${ssl}`]),
  ];
  place.write('pipeline.yaml', `kafka:\n${lines.join('\n')}\n`);
  return place.ballast([...args, '--config', 'pipeline.yaml']);
}

describe('a listener with TLS', () => {
  test('is used with the authority that kafka.ssl names', async () => {
    await using place = new Workplace();
    const ssl = JSON.stringify({ ca: authority });
    const created = await ballast(place, ssl, 'topics', 'create', '--partitions', '1');
    assert.equal(created.status, 0, created.stderr);
    place.write('in.jsonl', '{"text":"sent where nobody else reads"}\n');
    const produced = await ballast(place, ssl, 'produce', '--input', 'in.jsonl', '--state', 's', '--quiet');
    assert.deepEqual([produced.status, produced.stdout], [0, 'in.jsonl: 1 rows, 1 sent, 0 were there\n']);
    const consumed = await ballast(place, ssl, 'consume', 'documents.raw');
    assert.match(consumed.stdout, /sent where nobody else reads/);
  });

  for (const [what, ssl] of [
    ['a certificate that nobody vouches for', '{}'],
    ['no TLS on our side', ''],
  ] as const)
    test(`${what}: ends with 69 within 10 s, naming the address and the fix`, async () => {
      await using place = new Workplace();
      const started = performance.now();
      const { status, stderr } = await ballast(place, ssl, 'topics', 'check');
      assert.equal(status, 69, stderr);
      assert.ok(stderr.includes(broker.bootstrap) && stderr.includes('kafka.ssl'), stderr);
      assert.ok(performance.now() - started < 10_000, stderr);
    });
});
