import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { DetectVerdict } from '@ballast/document';
import { detect } from '../detect.ts';
import { optionsOf, prose, rawRecord, readingScorer } from '../fixtures.ts';
import type { Scorer } from '../model/scorer.ts';
import { scoreTexts } from '../score.ts';
import { openClassifier } from './classifier.ts';
import { writeClassifier } from './classifier.fixture.ts';
import type { Oddities } from './classifier.fixture.ts';
import { readSecondFolder } from './folder.ts';
import { withSecond } from './open.ts';
import type { SecondOptions } from './open.ts';
import type { SecondEvent } from './pool.ts';

let root = '';
let folders = 0;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'ballast-second-'));
});
after(() => rm(root, { recursive: true }));

async function folderOf(odd: Oddities = {}): Promise<string> {
  folders += 1;
  const folder = join(root, String(folders));
  await writeClassifier(folder, odd);
  return folder;
}

async function open(change: Partial<SecondOptions> = {}, first: Scorer = readingScorer()): Promise<Scorer> {
  return await withSecond(first, {
    model: change.model ?? (await folderOf()),
    band: [0.1, 0.9],
    timeoutMs: 5_000,
    processes: 1,
    report: () => {},
    ...change,
  });
}

const signal = new AbortController().signal;

/** Prose with words that the second model knows. */
const marked = (llr: number, words: string, number = 0): string => `${prose(llr, number)} ${words}`;

async function llrsOf(scorer: Scorer, texts: readonly string[]): Promise<readonly (number | undefined)[]> {
  return (await scoreTexts(texts, scorer, 8, signal)).map(({ llr }) => llr);
}

describe('a second stage', () => {
  test('judges what the first leaves uncertain, together with it, and nothing else', async () => {
    const scorer = await open();
    try {
      const word = marked(1, 'mach');
      const classifier = await openClassifier(await readSecondFolder(await folderOf()), 'folder');
      const second = await classifier.score(word);
      await classifier.close();
      assert.ok(second > 0.1);
      const [both, sure, surer] = await llrsOf(scorer, [word, marked(2.3, 'mach'), marked(-2.3, 'mach')]);
      assert.ok(Math.abs((both ?? 0) - (1 + second) / 2) < 1e-9, `${both}`);
      assert.deepEqual([sure, surer], [2.3, -2.3]);
    } finally {
      await scorer.close();
    }
  });

  test('is standardised, weighed and calibrated by length as its detector.json says', async () => {
    const platt = [
      { maxLength: 200, a: 100, b: 0 },
      { maxLength: null, a: 2, b: 0.5 },
    ];
    const standard = { first: { mean: 1, sd: 2 }, second: { mean: -1, sd: 4 } };
    const model = await folderOf({ sidecar: { temperature: 2, share: 0.25, standard, platt } });
    const scorer = await open({ model });
    try {
      const text = marked(2, 'mach hum');
      assert.ok(text.length > 200);
      const [llr] = await llrsOf(scorer, [text]);
      // The two words cancel out: the second stage says 0, which is a quarter of a deviation above its mean.
      assert.ok(Math.abs((llr ?? 0) - (2 * (0.75 * 0.5 + 0.25 * 0.25) + 0.5)) < 1e-6, `${llr}`);
    } finally {
      await scorer.close();
    }
  });

  test('reads the machine class from its labels: the same model with swapped classes says the same', async () => {
    const [one, other] = await Promise.all([open(), open({ model: await folderOf({ machineFirst: true }) })]);
    try {
      const texts = [marked(0, 'mach'), marked(0, 'hum hum')];
      const found = await llrsOf(one, texts);
      assert.deepEqual(await llrsOf(other, texts), found);
      assert.ok((found[0] ?? 0) > 0 && (found[1] ?? 0) < 0);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });

  test('names both models and the band, and the card keeps no limits of the first model alone', async () => {
    const first = readingScorer();
    const model = await folderOf();
    const scorer = await open({ model }, first);
    const narrow = await open({ model, band: [0.3, 0.7] }, first);
    const other = await open({ model: await folderOf({ sidecar: { temperature: 2 } }) }, first);
    await Promise.all([scorer, narrow, other].map((each) => each.close()));
    assert.match(scorer.id, new RegExp(`^${first.id}\\+[0-9a-f]{16}@0\\.1-0\\.9$`));
    assert.equal(new Set([scorer.id, narrow.id, other.id]).size, 3);
    assert.deepEqual(scorer.card.domains, []);
  });

  test('scores canaries as it scores documents', async () => {
    const asked: string[] = [];
    const scorer = await open();
    const spied: Scorer = {
      ...scorer,
      second: {
        wants: (llr) => scorer.second?.wants(llr) ?? false,
        look: async (doubts, stop) => {
          asked.push(...doubts.map(({ canonical }) => canonical));
          return (await scorer.second?.look(doubts, stop)) ?? [];
        },
      },
    };
    try {
      const canary = { text: marked(0, 'hum', 7), source: 'web', label: 'human' } as const;
      await detect(optionsOf({ scorer: spied, canaries: [canary] })).process(
        [rawRecord(0, { text: marked(1, 'mach') })],
        signal,
      );
      assert.deepEqual(asked, [canary.text, marked(1, 'mach')]);
    } finally {
      await scorer.close();
    }
  });
});

describe('same bytes, same verdict', () => {
  const records = Array.from({ length: 90 }, (_, n) => {
    const words = Array.from({ length: (n * 7) % 60 }, (__, at) => ((at * n) % 3 === 0 ? 'mach' : 'hum'));
    return rawRecord(n, { text: marked(((n % 50) - 25) / 10, words.join(' '), n) });
  });

  async function verdicts(scorer: Scorer, size: number): Promise<readonly DetectVerdict[]> {
    const stage = detect(optionsOf({ scorer }));
    const all: DetectVerdict[] = [];
    for (let at = 0; at < records.length; at += size)
      all.push(...(await stage.process(records.slice(at, at + size), signal)));
    return all;
  }

  test('whatever the batch cuts and the number of processes', async () => {
    const model = await folderOf({ sidecar: { maxTokens: 64, stride: 20 } });
    const found: string[] = [];
    for (const [processes, size] of [
      [1, records.length],
      [1, 1],
      [3, 7],
    ] as const) {
      const scorer = await open({ model, processes });
      found.push(JSON.stringify(await verdicts(scorer, size)));
      await scorer.close();
    }
    assert.equal(found[1], found[0]);
    assert.equal(found[2], found[0]);
  });

  test('windows that a graph fixes are padded, which changes no score', async () => {
    const free = await folderOf({ sidecar: { maxTokens: 128 } });
    const fixed = await folderOf({
      sidecar: { maxTokens: 128 },
      fixedLength: 128,
      fixedBatch: 1,
      types: true,
    });
    const texts = ['mach', 'hum the mach', marked(0, 'mach hum hum'), marked(0, 'mach '.repeat(90))];
    const scores: number[][] = [];
    for (const folder of [free, fixed]) {
      const classifier = await openClassifier(await readSecondFolder(folder), folder);
      const own: number[] = [];
      for (const text of texts) own.push(await classifier.score(text));
      scores.push(own);
      await classifier.close();
    }
    const [one, other] = scores;
    for (const [at, score] of (one ?? []).entries()) assert.ok(Math.abs(score - (other?.[at] ?? 0)) < 1e-6);
  });
});

describe('a bad model', () => {
  test('stuck, or without a number: the document is deferred with the reason, the lane goes on', async () => {
    const events: SecondEvent[] = [];
    const scorer = await open({ timeoutMs: 700, report: (event) => events.push(event) });
    try {
      const texts = ['hum', 'stuck', 'none', 'mach'].map((word, n) => marked(0, word, n));
      const found = await detect(optionsOf({ scorer })).process(
        [...texts, prose(-4)].map((text, n) => rawRecord(n, { text })),
        signal,
      );
      assert.deepEqual(
        found.map(({ action, reason }) => (action === 'keep' ? action : reason)),
        ['keep', 'model_timed_out', 'model_gave_no_score', 'keep', 'keep'],
      );
      assert.deepEqual(
        events.map(({ level }) => level),
        ['warn', 'warn'],
      );
    } finally {
      await scorer.close();
    }
  });

  const refusals: readonly (readonly [string, string, (folder: string) => Promise<void>, Oddities?])[] = [
    ['a truncated model', 'HASH', async (folder) => truncate(join(folder, 'model.onnx'))],
    [
      'a truncated model that detector.json names',
      'MODEL',
      async (folder) => {
        await truncate(join(folder, 'model.onnx'));
        await nameAnew(folder);
      },
    ],
    ['another opset', 'MODEL', async () => {}, { opset: 99 }],
    ['an unknown operator', 'MODEL', async () => {}, { operator: 'Divine' }],
    ['an unknown input', 'MODEL', async () => {}, { input: 'pixels' }],
    ['a fixed number of texts', 'MODEL', async () => {}, { fixedBatch: 8 }],
    ['a missing tokenizer', 'MISSING', (folder) => unlink(join(folder, 'tokenizer.json'))],
    ['a tokenizer that is cut off', 'INVALID', (folder) => truncate(join(folder, 'tokenizer.json'))],
    ['a missing model', 'MISSING', (folder) => unlink(join(folder, 'model.onnx'))],
    ['a missing detector.json', 'MISSING', (folder) => unlink(join(folder, 'detector.json'))],
    ['classes that say nothing', 'LABELS', async () => {}, { id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } }],
    ['a misspelt key', 'INVALID', async () => {}, { sidecar: { maxToken: 12 } }],
    ['other languages only', 'INVALID', async () => {}, { sidecar: { languages: ['de'] } }],
  ];
  for (const [name, code, spoil, odd] of refusals) {
    test(`${name}: refused at the start with exit 78, leaving no process`, async () => {
      const model = await folderOf(odd);
      await spoil(model);
      await assert.rejects(open({ model }), { code: `BALLAST_DETECT_SECOND_${code}`, exit: 78 });
    });
  }

  test('the refusal of an unnamed model says the hash to write', async () => {
    const model = await folderOf({ sidecar: { sha256: '0'.repeat(64) } });
    await assert.rejects(open({ model }), /SHA-256 [0-9a-f]{64}, detector.json names 0{64}/);
  });
});

test('processes end with the detector, even one that is stuck when the detector is killed', async () => {
  const model = await folderOf();
  const script = `
    import { withSecond } from ${JSON.stringify(new URL('open.ts', import.meta.url).href)};
    import { readingScorer } from ${JSON.stringify(new URL('../fixtures.ts', import.meta.url).href)};
    const scorer = await withSecond(readingScorer(), {
      model: ${JSON.stringify(model)}, band: [0, 1], timeoutMs: 60000, processes: 2, report: () => {},
    });
    scorer.second.look([{ canonical: 'the stuck', llr: 0 }]);
    setTimeout(() => console.log('asked'), 300);
  `;
  const detector = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(detector.stdout, 'data');
  const children = await childrenOf(detector.pid);
  assert.equal(children.length, 2);
  detector.kill('SIGKILL');
  for (let wait = 0; wait < 40 && children.some(isAlive); wait += 1) await delay(100);
  assert.deepEqual(children.filter(isAlive), []);
});

async function childrenOf(pid: number | undefined): Promise<readonly string[]> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
}

function isAlive(pid: string): boolean {
  return existsSync(`/proc/${pid}/exe`);
}

async function truncate(path: string): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, bytes.length / 2));
}

async function nameAnew(folder: string): Promise<void> {
  const { createHash } = await import('node:crypto');
  const sha256 = createHash('sha256')
    .update(await readFile(join(folder, 'model.onnx')))
    .digest('hex');
  await writeFile(join(folder, 'detector.json'), JSON.stringify({ sha256 }));
}
