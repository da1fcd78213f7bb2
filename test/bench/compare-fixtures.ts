import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { codePointTexts, seededTexts } from '@ballast/verify/measure';
import { z } from 'zod';
import { fineweb2Fixture } from './compare-fineweb2.ts';
import type { Oracle } from './oracle.ts';

const source = new URL('../../libs/verify/src/', import.meta.url);
const wordsSchema = z.object({ hash: z.string(), sentences: z.number() });
const minhashSchema = z.object({
  simple: z.string(),
  words: z.number(),
  xxh64: z.string().nullable(),
  sha1: z.string().nullable(),
});
const textsSchema = z.array(z.object({ text: z.string() }));

/**
 * Writes what the oracle says of texts that the ordinary tests look at, into the four fixtures of
 * libs/verify; resolves to a line on each. The texts of `minhash.fixture.json` are those it holds.
 */
export async function writeFixtures(oracle: Oracle): Promise<readonly string[]> {
  return [
    await writeDocuments(oracle),
    write('fineweb2.fixture.jsonl', await fineweb2Fixture(oracle)),
    await writeMinhash(oracle),
    await writeCodePoints(oracle),
  ];
}

async function writeDocuments(oracle: Oracle): Promise<string> {
  const texts = [...seededTexts(7, 280)];
  const answers = await Promise.all(texts.map((text) => oracle.ask({ task: 'document', text })));
  return write('datatrove.fixture.jsonl', answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
}

async function writeMinhash(oracle: Oracle): Promise<string> {
  const name = 'dedup/minhash.fixture.json';
  const texts = textsSchema.parse(JSON.parse(readFileSync(new URL(name, source), 'utf8')));
  const answers = texts.map(async ({ text }) => ({
    text,
    ...minhashSchema.parse(await oracle.ask({ task: 'minhash', text })),
  }));
  return write(name, `${JSON.stringify(await Promise.all(answers), null, 2)}\n`);
}

async function writeCodePoints(oracle: Oracle): Promise<string> {
  const answers = [...codePointTexts()].map(async (text) => {
    const { hash, sentences } = wordsSchema.parse(await oracle.ask({ task: 'tokens', text }));
    return `${hash} ${sentences}\n`;
  });
  const lines = await Promise.all(answers);
  const hashes: string[] = [];
  for (let first = 0; first < lines.length; first += 64)
    hashes.push(
      createHash('sha1')
        .update(lines.slice(first, first + 64).join(''))
        .digest('hex'),
    );
  return write('text/code-points.fixture.json', `${JSON.stringify(hashes, null, 2)}\n`);
}

function write(name: string, content: string): string {
  writeFileSync(new URL(name, source), content);
  return `wrote ${content.length} characters to libs/verify/src/${name}`;
}
