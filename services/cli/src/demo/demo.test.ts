import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { buildDemoFeed, demoPipeline } from './feed.ts';
import { sampleNgramTexts } from './ngram.ts';
import { seeded } from './seeded.ts';

const modules = new URL('../../../../node_modules', import.meta.url).pathname;
const data = new URL('../../../../deploy/demo/', import.meta.url);

describe('the demo feed', async () => {
  const feed = await buildDemoFeed(modules, data);
  const { attested, open, checks } = feed.inputs;

  test('holds at least 1,500 different human passages of many packages, two thirds of the packages attested', () => {
    const human = [...attested, ...open].filter((document) => !feed.synthetic.has(document.id));
    assert.ok(new Set(human.map((document) => document.text)).size >= 1_500);
    const sources = new Set(human.map((document) => document.source));
    assert.ok(sources.size >= 30);
    const share = feed.attestedSources.length / sources.size;
    assert.ok(share > 0.6 && share < 0.72, `attested share of sources ${share}`);
    assert.ok(attested.every((document) => feed.attestedSources.includes(document.source)));
  });

  test('half of the machine text is undeclared and claims an ordinary package as its source', () => {
    const machine = open.filter((document) => feed.synthetic.has(document.id));
    const undeclared = machine.filter((document) => document.declared === undefined);
    assert.ok(undeclared.length >= 100 && machine.length - undeclared.length >= 200);
    assert.ok(undeclared.every((document) => document.source !== 'assistants'));
  });

  test('canaries of both labels are set apart: none of them is a document of an input', () => {
    const inputs = new Set([...attested, ...open, ...checks].map((document) => document.id));
    assert.ok(feed.canaries.every((canary) => !inputs.has(canary.id)));
    for (const label of ['human', 'synthetic'])
      assert.equal(feed.canaries.filter((c) => c.label === label).length, 60);
  });

  test('checks come right and wrong, as code and as maths', () => {
    assert.ok(checks.length >= 40);
    assert.deepEqual(new Set(checks.map((document) => document.check?.kind)), new Set(['code', 'math']));
  });

  test('the same installed packages give the same feed', async () => {
    assert.deepEqual(await buildDemoFeed(modules, data), feed);
  });

  test('its configuration is a valid pipeline that annotates', () => {
    const pipeline = demoPipeline(feed, { attested: 'a', open: 'o', checks: 'c' });
    assert.equal(pipeline.verify.action, 'annotate');
  });
});

describe('the machine passages written for this repository', async () => {
  const lines = (await readFile(new URL('machine-passages.jsonl', data), 'utf8')).trimEnd().split('\n');
  const passageSchema = z.object({
    text: z.string(),
    generator: z.string().min(1),
    genre: z.string().min(1),
  });
  const passages = lines.map((line) => passageSchema.parse(JSON.parse(line)));

  test('are at least 200 of many genres, of 400 to 1,500 characters, none of them sharing eight words with another', () => {
    const texts = passages.map(({ text }) => text);
    assert.ok(texts.length >= 200 && new Set(passages.map(({ genre }) => genre)).size >= 15);
    const seen = new Map<string, number>();
    for (const [index, text] of texts.entries()) {
      assert.ok(text.length >= 400 && text.length <= 1_500);
      const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
      for (let start = 0; start + 8 <= words.length; start += 1) {
        const key = words.slice(start, start + 8).join(' ');
        assert.equal(seen.get(key) ?? index, index, `shared: ${key}`);
        seen.set(key, index);
      }
    }
  });
});

describe('trigram text', () => {
  test('is sampled from the corpus it is given, reproducibly, in the promised lengths', () => {
    const corpus = ['one two three four five six', 'two three nine ten eleven', 'one two seven eight'];
    const texts = sampleNgramTexts(corpus, 5, seeded(1));
    assert.deepEqual(texts, sampleNgramTexts(corpus, 5, seeded(1)));
    const known = new Set(corpus.join(' ').split(' '));
    for (const text of texts) {
      assert.ok(text.length >= 395 && text.length < 1_260);
      assert.ok(text.split(' ').every((word) => known.has(word)));
    }
  });
});
