import assert from 'node:assert/strict';
import type { Workplace } from './cli.ts';
import type { Report } from './report.ts';

/** Asserts that every document is somewhere, by the report alone. */
export function assertAddsUp({ flow, refusals, waiting, mixture }: Report): void {
  const { in: arrived, kept, rejected, deferred, dead, waiting: waits, inFlight, unaccounted, tokens } = flow;
  assert.equal(unaccounted, 0);
  assert.equal(arrived, kept + rejected + deferred + dead + waits + inFlight);
  assert.equal(inFlight, 0, 'at rest nothing is in flight');
  assert.equal(rejected + deferred + dead, documentsIn(refusals));
  assert.equal(waits, documentsIn(waiting.lanes));
  assert.equal(waits, documentsIn(waiting.strata));
  assert.equal(kept, documentsIn(mixture));
  assert.equal(tokens.kept, tokensIn(mixture));
  assert.equal(tokens.refused, tokensIn(refusals));
  assert.equal(tokens.waiting, tokensIn(waiting.lanes));
}

/** Asserts that both bounds of the report lie within the caps. */
export function assertBounded({ shares, caps }: Report): void {
  const { unverified, total } = shares.cumulative;
  assert.ok(unverified.share <= unverified.upper && unverified.upper <= caps.unverified);
  assert.ok(total.share <= total.upper && total.upper <= caps.total);
}

/** Runs `ballast audit` and asserts that it finds nothing. */
export async function assertAudited(place: Workplace, table = 'table'): Promise<string> {
  const { status, stdout, stderr } = await place.ballast(['audit', table, '--json']);
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}

function documentsIn(amounts: { readonly [name: string]: { readonly documents: number } }): number {
  return Object.values(amounts).reduce((sum, { documents }) => sum + documents, 0);
}

function tokensIn(amounts: { readonly [name: string]: { readonly tokens: number } }): number {
  return Object.values(amounts).reduce((sum, { tokens }) => sum + tokens, 0);
}
