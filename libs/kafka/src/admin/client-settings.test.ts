import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { pipelineSchema } from '@ballast/document';
import type { KafkaSettings } from '@ballast/document';
import { clientSettings } from './client-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const settings = (kafka: object): KafkaSettings => pipelineSchema.parse({ kafka }).kafka;
const secure = { name: 'detector+verifier', insecure: false };

suite('how a client connects', () => {
  test('in the clear to this host only', async () => {
    for (const brokers of [['localhost:9092'], ['127.0.0.1:1', '127.8.8.8:2'], ['[::1]:9092']])
      assert.deepEqual((await clientSettings(settings({ brokers }), secure)).brokers, brokers);
    for (const brokers of [
      ['kafka:9092'],
      ['localhost:1', '10.0.0.1:2'],
      ['127.0.0.1.example:1'],
      ['[::2]:1'],
    ])
      await assert.rejects(clientSettings(settings({ brokers }), secure), {
        code: 'BALLAST_KAFKA_PLAINTEXT',
        exit: 78,
      });
  });

  test('in the clear elsewhere with --insecure, or encrypted without it', async () => {
    const brokers = ['kafka:9092'];
    assert.ok(await clientSettings(settings({ brokers }), { ...secure, insecure: true }));
    assert.deepEqual((await clientSettings(settings({ brokers, ssl: {} }), secure)).ssl, {
      rejectUnauthorized: true,
    });
  });

  test('with the service in its name, the files of TLS read and the user of SASL', async () => {
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, 'PEM');
    const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p' } as const;
    assert.deepEqual(await clientSettings(settings({ brokers: ['k:1'], ssl: { ca }, sasl }), secure), {
      brokers: ['k:1'],
      clientId: 'ballast-detector-verifier',
      ssl: { rejectUnauthorized: true, ca: ['PEM'] },
      sasl,
    });
  });

  test('not without brokers, nor with a file that cannot be read', async () => {
    await assert.rejects(clientSettings(settings({}), secure), {
      code: 'BALLAST_KAFKA_NO_BROKERS',
      exit: 78,
    });
    const ssl = { ca: join(folder, 'none.pem') };
    await assert.rejects(clientSettings(settings({ brokers: ['k:1'], ssl }), secure), {
      code: 'BALLAST_KAFKA_TLS_FILE',
      exit: 78,
    });
  });
});
