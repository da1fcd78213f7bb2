import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount } from './format.ts';
import { html } from './html.ts';

/** Reasons shown; the list comes most frequent first. */
const reasonsMax = 10;

const wayOut = { reject: 'rejected', defer: 'deferred', dead: 'dead' } as const;

/** Why text was refused: every reason with its documents and tokens. Nothing where refusals are not told. */
export function refusalsPanel({ refusals, strata }: DashboardSnapshot): VNode | null {
  if (refusals === undefined) return null;
  const rest = refusals.slice(reasonsMax).reduce((sum, { documents }) => sum + documents, 0);
  // Strata stand beside it; alone it takes their half too.
  const isAlone = strata === undefined || strata.length === 0;
  return html`<section aria-labelledby="refusals" class=${isAlone ? 'wide' : ''}>
    <h2 id="refusals">Why text was refused</h2>
    ${
      refusals.length === 0
        ? html`<p class="empty">Nothing was refused yet.</p>`
        : html`<table>
            <thead>
              <tr>
                <th scope="col">reason</th>
                <th scope="col">outcome</th>
                <th scope="col" class="number">documents</th>
                <th scope="col" class="number tokens">tokens</th>
              </tr>
            </thead>
            <tbody>
              ${refusals.slice(0, reasonsMax).map(
                ({ action, reason, documents, tokens }) =>
                  html`<tr key="${action} ${reason}">
                    <th scope="row">${reasonWords(reason)}</th>
                    <td>${wayOut[action]}</td>
                    <td class="number strong">${formatCount(documents)}</td>
                    <td class="number tokens">${formatCount(tokens)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${refusals.length > reasonsMax ? html`<p class="note">${formatCount(rest)} more documents by ${refusals.length - reasonsMax} other reasons.</p>` : null}
  </section>`;
}

/** A reason's name as words: `too_short` is "too short". */
export function reasonWords(reason: string): string {
  return reason.replaceAll('_', ' ');
}
