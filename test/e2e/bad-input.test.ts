import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { Workplace } from './cli.ts';
import { assertAddsUp, assertAudited } from './holds.ts';
import { readStored } from './stored.ts';
import type { StoredRow } from './stored.ts';
import { attested, documents, writer } from './texts.ts';

const write = writer(41);
const document = (fields: { readonly [field: string]: unknown }): string =>
  JSON.stringify({ text: write(), ...attested, ...fields });
const [before, between, last] = documents('good', 3, write, attested).map((line) => JSON.stringify(line));
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Each line with its one outcome: `keep`, or action and reason. */
const cases: readonly (readonly [name: string, line: string | Buffer, outcome: string])[] = [
  ['a document', before ?? '', 'keep'],
  ['no JSON', '{"text": nope}', 'dead not_json'],
  ['half an object', '{"text":"ha', 'dead not_json'],
  [
    'invalid UTF-8',
    Buffer.concat([Buffer.from('{"text":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]),
    'dead invalid_utf8',
  ],
  [
    'an overlong encoding',
    Buffer.concat([Buffer.from('{"text":"'), Buffer.of(0xc0, 0xaf), Buffer.from('"}')]),
    'dead invalid_utf8',
  ],
  ['a lone surrogate in the text', '{"text":"\\ud800 alone"}', 'dead lone_surrogate'],
  ['a lone surrogate elsewhere', document({ id: 'surrogate-\ud800', labels: { stratum: '\udfff' } }), 'keep'],
  ['an empty line', '', 'dead empty_value'],
  ['white space', ' \t \r', 'dead empty_value'],
  ['an empty text of an attested source', document({ text: '' }), 'keep'],
  ['an empty text', '{"text":""}', 'reject empty'],
  ['a text of white space', '{"text":" \\n\\t "}', 'reject empty'],
  ['no text', '{"id":"1"}', 'dead missing_text'],
  ['null text', '{"text":null}', 'dead missing_text'],
  ['a number for a text', '{"text":7}', 'dead wrong_types'],
  ['a list for labels', document({ labels: ['x'] }), 'dead wrong_types'],
  ['an unknown kind of check', document({ check: { kind: 'oracle' } }), 'dead wrong_types'],
  ['an unknown origin', document({ declared: { origin: 'martian' } }), 'dead wrong_types'],
  ['a list', '["text"]', 'dead not_an_object'],
  ['a number', '12', 'dead not_an_object'],
  ['null', 'null', 'dead not_an_object'],
  ['depth 100,000', `{"text":"a","m":${nested(100_000)}}`, 'dead too_deep'],
  ['depth 65', `{"text":"a","m":${nested(65)}}`, 'dead too_deep'],
  [
    '__proto__',
    document({ id: '__proto__' }).replace(
      '{',
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
    ),
    'keep',
  ],
  [
    '__proto__ as label and source',
    `{"text":${JSON.stringify(write())},"source":"__proto__","declared":{"origin":"synthetic"},"labels":{"__proto__":"x","stratum":"__proto__"}}`,
    'keep',
  ],
  [
    'a control character',
    document({ id: 'bell-\u0007-\u001b[31m', text: `${write()}\u0000\u001b[2J` }),
    'keep',
  ],
  ['a line of 50 MB', Buffer.alloc(50_000_000, 'x'), 'dead too_large'],
  ['a document of 9 MB', JSON.stringify({ id: 'wide', text: 'word '.repeat(1_800_000) }), 'dead too_large'],
  [
    'a document of 4 MB',
    document({ id: 'long', text: Array.from({ length: 4_000 }, write).join('\n') }),
    'keep',
  ],
  ['an id for the first time', document({ id: 'twice' }), 'keep'],
  ['the same id again', document({ id: 'twice' }), 'keep'],
  ['a number for an id', document({ id: 12_345 }), 'keep'],
  ['a byte order mark', `\ufeff${document({ id: 'marked' })}`, 'keep'],
  ['a carriage return', `${between ?? ''}\r`, 'keep'],
  ['a document after all that', last ?? '', 'keep'],
];

const place = new Workplace();
after(() => place[Symbol.asyncDispose]());

describe('bad input', () => {
  test('each line has one named outcome, the next one goes on, and nothing is lost', async () => {
    place.write(
      'bad.jsonl',
      Buffer.concat(cases.flatMap(([, line]) => [Buffer.from(line), Buffer.from('\n')])),
    );
    place.write(
      'pipeline.yaml',
      'sources: [{ match: library-*, trust: human }]\ningest: [{ file: bad.jsonl, trusted: [source] }]\nverify: { action: annotate }\n',
    );
    const report = await place.run([
      '--input',
      'bad.jsonl',
      '--table',
      'table',
      '--config',
      'pipeline.yaml',
      '--partitions',
      '1',
    ]);
    assertAddsUp(report);
    assert.equal(report.flow.in, cases.length);
    const byOffset = Map.groupBy(await readStored(place.path('table')), ({ offset }) => offset);
    assert.deepEqual(
      cases.map(([name], offset) => [name, ...(byOffset.get(offset) ?? []).map(outcomeOf)]),
      cases.map(([name, , outcome]) => [name, outcome]),
    );
    assert.equal(
      report.flow.waiting,
      0,
      'the long human text leaves room for the machine text under the caps',
    );
    await assertAudited(place);
  });

  test('explain finds what has no id by its position, and prints no control characters', async () => {
    const dead = (await readStored(place.path('table'))).find(({ reason }) => reason === 'not_json');
    const report = await place.run(['--input', 'bad.jsonl', '--table', 'table', '--config', 'pipeline.yaml']);
    const position = `${report.inputs[0]?.topic}/0/${dead?.offset}`;
    const found = await place.ballast(['explain', 'table', position, '--json']);
    const { rows } = z
      .object({ rows: z.array(z.object({ action: z.string(), reason: z.string() })) })
      .parse(JSON.parse(found.stdout));
    assert.deepEqual(rows, [{ action: 'dead', reason: 'not_json' }]);

    const coloured = await place.ballast(['explain', 'table', 'bell-\u0007-\u001b[31m']);
    assert.equal(coloured.status, 0);
    assert.match(coloured.stdout, /^bell-\\u0007-\\u001b\[31m: kept/);
    for (const id of ['__proto__', 'twice', '12345'])
      assert.equal((await place.ballast(['explain', 'table', id])).status, 0, id);
  });
});

function outcomeOf({ action, reason }: StoredRow): string {
  return reason === '' ? action : `${action} ${reason}`;
}
