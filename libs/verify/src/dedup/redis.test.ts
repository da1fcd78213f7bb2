import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { at, near, outcomes } from './candidates.fixture.ts';
import { firstSeenConformance } from './conform.ts';
import { encodeClaim } from './entries.ts';
import { openFirstSeenIndex } from './first-seen.ts';
import { placeOf } from './redis-layout.ts';
import { openRedisIndex, openRedisStorage } from './redis.ts';
import { durable, lacksRedis, RedisServer } from './redis.fixture.ts';

describe('first-seen index in Redis', { skip: lacksRedis }, () => {
  const server = new RedisServer();
  before(() => server.start());
  after(() => server.remove());
  firstSeenConformance('Redis storage', (name) => openRedisStorage(server.url, name));

  test('verifiers share one index: of the copies in each, exactly one text is kept', async () => {
    const programs = [0, 1, 2].map(async (partition) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', claimingProgram(server.url, partition, 200)],
        { cwd: import.meta.dirname },
      );
      return Number(/kept=(\d+);/.exec(stdout)?.[1]);
    });
    const kept = await Promise.all(programs);
    assert.equal(
      kept.reduce((sum, count) => sum + count, 0),
      200,
    );
  });

  test('expired bands leave the server as documents pass', async () => {
    let day = 20_000;
    const { hash } = placeOf('band', 'old');
    const storage = await openRedisStorage(
      server.url,
      'swept',
      Number.parseInt(hash.split(':')[1] ?? '', 36),
    );
    const index = await openFirstSeenIndex(storage, { table: 'swept', now: () => day * 86_400_000 });
    await index.decide([near(1, 'other')]);
    const held = () => storage.read((view) => view.get('band', 'old'));
    await storage.transact((transaction) =>
      transaction.put(
        'band',
        'old',
        encodeClaim({ holders: [], link: { name: 'documents.raw/0/7', day } }, 'old'),
      ),
    );
    day += 4;
    await index.decide([near(2, 'unlike', { expireDays: 3 })]);
    assert.equal(await held(), undefined);
    await index.close();
  });
});

/** Claims texts for one partition of documents, in small transactions, and prints how many it kept. */
function claimingProgram(url: string, partition: number, texts: number): string {
  return `
    import { openRedisIndex } from ${JSON.stringify(new URL('./redis.ts', import.meta.url).href)};
    import { at, near, outcomes } from ${JSON.stringify(new URL('./candidates.fixture.ts', import.meta.url).href)};
    const index = await openRedisIndex(${JSON.stringify(url)}, { table: 'shared' });
    let kept = 0;
    for (let start = 0; start < ${texts}; start += 20) {
      const batch = Array.from({ length: 20 }, (_, n) =>
        near(0, 'band' + (start + n), { signatures: [], position: at(start + n, ${partition}) }));
      kept += (await outcomes(index, ...batch)).filter((outcome) => outcome === 'keep').length;
    }
    await index.close();
    process.stdout.write('kept=' + kept + ';');
  `;
}

describe('a Redis that goes away', { skip: lacksRedis }, () => {
  test('stops with an error that can be tried again; back with its log, nothing is lost', async () => {
    const server = new RedisServer();
    after(() => server.remove());
    await server.start();
    const index = await openRedisIndex(server.url, { table: 't' });
    const stored = await index.decide([near(1, 'a'), near(2, 'a')]);
    const witness = index.witness() ?? '';
    await server.kill();
    const away = { name: 'RetryableError', code: 'BALLAST_VERIFY_INDEX_UNREACHABLE', exit: 69 };
    await assert.rejects(index.decide([near(3, 'b')]), away);
    await assert.rejects(index.recall([at(1)]), away);
    await assert.rejects(openRedisIndex(server.url, { table: 't' }), away);
    await server.start();
    assert.deepEqual(await index.recall([at(1), at(2), at(3)]), [...stored, undefined]);
    assert.deepEqual(await outcomes(index, near(3, 'a')), ['near_duplicate']);
    await index.confirm(witness);
    await index.close();
  });

  test('back without its log it is refused: by who still runs, and by who starts again', async () => {
    const server = new RedisServer();
    after(() => server.remove());
    await server.start();
    const index = await openRedisIndex(server.url, { table: 't' });
    await index.decide([near(1, 'a')]);
    const witness = index.witness() ?? '';
    await server.kill();
    rmSync(join(server.folder, 'appendonlydir'), { recursive: true });
    await server.start();
    const lost = { code: 'BALLAST_VERIFY_INDEX_LOST', exit: 78 };
    await assert.rejects(index.decide([near(2, 'a')]), lost);
    await index.close();
    const heir = await openRedisIndex(server.url, { table: 't' });
    await assert.rejects(heir.confirm(witness), lost);
    await heir.close();
  });

  test('back with an older log it is refused as well', async () => {
    const server = new RedisServer();
    after(() => server.remove());
    await server.start();
    const index = await openRedisIndex(server.url, { table: 't' });
    await index.decide([near(1, 'a')]);
    const before = index.witness() ?? '';
    await index.decide([near(2, 'b')]);
    const later = index.witness() ?? '';
    await index.confirm(later);
    const [epoch = '', revision = ''] = later.split('/');
    await index.confirm(before);
    await assert.rejects(index.confirm(`${epoch}/${Number(revision) + 1}`), {
      code: 'BALLAST_VERIFY_INDEX_LOST',
    });
    await index.close();
  });
});

describe('a Redis that may forget is refused at the start', { skip: lacksRedis }, () => {
  const refused: readonly (readonly [what: string, options: readonly string[], said: RegExp])[] = [
    ['without a log', ['--appendonly', 'no'], /appendonly no/],
    ['that syncs each second', ['--appendonly', 'yes', '--appendfsync', 'everysec'], /everysec/],
    ['that evicts', [...durable, '--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], /allkeys-lru/],
    ['that does not sync while it rewrites', [...durable, '--no-appendfsync-on-rewrite', 'yes'], /rewrites/],
    ['that is a replica', [...durable, '--replicaof', '127.0.0.1 1'], /not a primary/],
  ];
  for (const [what, options, said] of refused) {
    test(what, async () => {
      const server = new RedisServer();
      after(() => server.remove());
      await server.start(options);
      await assert.rejects(openRedisIndex(server.url, { table: 't' }), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'BALLAST_VERIFY_INDEX_NOT_DURABLE');
        assert.match(error.message, said);
        return true;
      });
    });
  }

  test('and one that is full refuses to write, with nothing half written', async () => {
    const server = new RedisServer();
    after(() => server.remove());
    await server.start([...durable, '--maxmemory', '2mb', '--maxmemory-policy', 'noeviction']);
    const index = await openRedisIndex(server.url, { table: 't' });
    const many = (first: number) =>
      Array.from({ length: 500 }, (_, n) => near(first + n, `b${first + n} c${first + n}`));
    let stored = 0;
    await assert.rejects(
      async () => {
        for (; stored < 500_000; stored += 500) await index.decide(many(stored));
      },
      { code: 'BALLAST_VERIFY_INDEX_UNWRITABLE' },
    );
    assert.deepEqual(await index.recall([at(stored)]), [undefined]);
    await index.close();
  });
});
