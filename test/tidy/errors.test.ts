import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readSourceTree, root } from './source-tree.ts';

const page = readFileSync(`${root}docs/errors.md`, 'utf8');

/** Codes with their exit status as the error tables of the packages have them. */
function codesInSource(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { content } of readSourceTree({ tests: false })) {
    for (const [, code = '', exit = ''] of content.matchAll(
      /code:\s*'(BALLAST_[A-Z0-9_]+)',\s*exit:\s*(\d+)/g,
    ))
      found.set(code, exit);
  }
  return found;
}

describe('docs/errors.md', () => {
  const documented = new Map(
    [...page.matchAll(/^\| <a id="\w+"><\/a>`(BALLAST_[A-Z0-9_]+)` \| (\d+) \|/gm)].map(
      ([, code = '', exit = '']) => [code, exit],
    ),
  );

  test('names every code of the source with its exit status, and no other', () => {
    assert.deepEqual([...documented].toSorted(byCode), [...codesInSource()].toSorted(byCode));
  });

  test('every code has a fix', () => {
    for (const line of page.split('\n').filter((each) => each.includes('<a id=')))
      assert.match(line, /\| [^|]{5,} \|$/);
  });
});

function byCode([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
