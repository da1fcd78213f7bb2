import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { checkSchema, pipelineSchema } from '@ballast/document';
import type { Document, Pipeline } from '@ballast/document';
import { sampleNgramTexts } from './ngram.ts';
import { readPassages } from './passages.ts';
import type { Passage } from './passages.ts';
import { seeded, shuffled } from './seeded.ts';

const machineSchema = z.strictObject({
  id: z.string(),
  genre: z.string(),
  generator: z.string(),
  text: z.string(),
});
const checkRowSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  check: checkSchema,
  correct: z.boolean(),
});

/** A document with the label that the detector is told, but the pipeline never sees as a document. */
export type CanaryDocument = Document & { readonly label: 'human' | 'synthetic' };

/** The demo's input, and what the demo knows of it. */
export interface DemoFeed {
  /** Three inputs by name, each trusted for something else (see {@link demoPipeline}). */
  readonly inputs: { readonly [name in 'attested' | 'open' | 'checks']: readonly Document[] };
  readonly canaries: readonly CanaryDocument[];
  /** Ids of every synthetic document of the inputs, declared or not. */
  readonly synthetic: ReadonlySet<string>;
  /** Names of the attested sources, for the registry. */
  readonly attestedSources: readonly string[];
}

const seed = 20_261;
const ngramTexts = 200;
const canariesPerLabel = 60;
/** So that no single package makes up most of the human text. */
const passagesPerSource = 800;
const openFamily = 'package documentation';

/**
 * Builds the demo's input: human prose from the documentation of installed packages (two thirds of the
 * packages attested), machine text written for this repository and sampled from a trigram model,
 * half of both undeclared and spread over the unattested packages, and declared code and maths whose
 * checks come from a trusted ingest.
 *
 * @param modules node_modules folder. @param data Folder with machine-passages.jsonl and checks.jsonl.
 */
export async function buildDemoFeed(modules: string, data: URL): Promise<DemoFeed> {
  const random = seeded(seed);
  const passages = atMostPerSource(shuffled(await readPassages(modules), random));
  const sources = [...new Set(passages.map((passage) => passage.source))].toSorted();
  const attestedSources = sources.filter((_, index) => index % 3 !== 0);
  const attested = new Set(attestedSources);
  const open = passages.filter((passage) => !attested.has(passage.source));
  const humans = open
    .slice(canariesPerLabel)
    .map((passage, index) => humanDocument(passage, `open-${index}`));
  const machine = await machineTexts(data, passages, random);
  const hidden = machine.filter((_, index) => index % 2 === 1);
  const planted = hidden.slice(0, canariesPerLabel);
  const openSources = sources.filter((source) => !attested.has(source));
  const undeclared = hidden.slice(canariesPerLabel).map(({ id, text }): Document => {
    return { id, text, source: openSources[Math.floor(random() * openSources.length)] ?? 'unknown' };
  });
  const declared = machine
    .filter((_, index) => index % 2 === 0)
    .map(({ id, text, generator }): Document => ({
      id,
      text,
      source: 'assistants',
      declared: { origin: 'synthetic', generator },
    }));
  const checks = await checkDocuments(data);
  return {
    inputs: {
      attested: passages
        .filter((passage) => attested.has(passage.source))
        .map((passage, index) => humanDocument(passage, `attested-${index}`)),
      open: shuffled([...humans, ...undeclared, ...declared], random),
      checks,
    },
    canaries: [
      ...open.slice(0, canariesPerLabel).map((passage, index) => ({
        ...humanDocument(passage, `canary-h-${index}`),
        label: 'human' as const,
      })),
      ...planted.map(({ id, text }) => ({
        id,
        text,
        source: openSources[0] ?? 'unknown',
        label: 'synthetic' as const,
      })),
    ],
    synthetic: new Set([...undeclared, ...declared, ...checks].map((document) => document.id)),
    attestedSources,
  };
}

/** The demo's configuration: which sources are attested, what each input is trusted for. */
export function demoPipeline(
  feed: DemoFeed,
  files: { readonly [name in 'attested' | 'open' | 'checks']: string },
): Pipeline {
  return pipelineSchema.parse({
    sources: [
      ...feed.attestedSources.map((match) => ({ match, trust: 'human' })),
      { match: 'assistants', trust: 'synthetic' },
      { match: '*', family: openFamily },
    ],
    ingest: [
      { file: files.attested, trusted: ['source'] },
      { file: files.checks, trusted: ['check'] },
    ],
    // Technical prose fails the thresholds of web text, so the demo records and does not refuse.
    verify: { action: 'annotate' },
    mixer: { rowGroupDocuments: 256, shardBytes: 262_144 },
  });
}

function atMostPerSource(passages: readonly Passage[]): readonly Passage[] {
  const taken = new Map<string, number>();
  return passages.filter(({ source }) => {
    const count = (taken.get(source) ?? 0) + 1;
    taken.set(source, count);
    return count <= passagesPerSource;
  });
}

function humanDocument({ source, text }: Passage, id: string): Document {
  return { id, text, source, declared: undefined };
}

interface MachineText {
  readonly id: string;
  readonly text: string;
  readonly generator: string;
}

async function machineTexts(
  data: URL,
  passages: readonly Passage[],
  random: () => number,
): Promise<readonly MachineText[]> {
  const written = (await readLines(new URL('machine-passages.jsonl', data))).map((line) =>
    machineSchema.parse(line),
  );
  const sampled = sampleNgramTexts(
    passages.map((passage) => passage.text),
    ngramTexts,
    random,
  ).map((text, index) => {
    return { id: `trigram-${index}`, text, generator: 'word trigrams' };
  });
  return shuffled([...written, ...sampled], random);
}

async function checkDocuments(data: URL): Promise<readonly Document[]> {
  return (await readLines(new URL('checks.jsonl', data))).map((line) => {
    const { id, text, check } = checkRowSchema.parse(line);
    return { id, text, source: 'assistants', declared: { origin: 'synthetic', generator: 'claude' }, check };
  });
}

async function readLines(file: URL): Promise<readonly unknown[]> {
  const content = await readFile(file, 'utf8');
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
