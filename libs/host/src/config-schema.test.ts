import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pipelineJsonSchema, schemaAt } from './config-schema.ts';

test('the published schema has the ranges, choices and descriptions of the one that parses', () => {
  const root = pipelineJsonSchema();
  assert.match(String(root['$schema']), /2020-12/);
  const cap = schemaAt(root, ['mixer', 'caps', 'unverified']);
  assert.deepEqual([cap?.type, cap?.minimum, cap?.maximum], ['number', 0, 1]);
  assert.deepEqual(schemaAt(root, ['verify', 'code'])?.enum, ['optional', 'required', 'off']);
  assert.equal(schemaAt(root, ['sources', 3, 'match'])?.type, 'string');
  assert.equal(schemaAt(root, ['nowhere', 'at', 'all']), undefined);
});

test('every key of the configuration says what it does', () => {
  const undescribed: string[] = [];
  const walk = (schema: ReturnType<typeof pipelineJsonSchema>, path: string): void => {
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      const here = path === '' ? name : `${path}.${name}`;
      if (child.properties === undefined && child.items === undefined && child.description === undefined) {
        undescribed.push(here);
      }
      walk(child.items ?? child, here);
    }
  };
  walk(pipelineJsonSchema(), '');
  assert.deepEqual(undescribed, []);
});
