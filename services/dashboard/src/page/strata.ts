import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount, formatShare } from './format.ts';
import { html } from './html.ts';

/** Strata shown; the list comes worst first. */
const strataMax = 12;

/** Strata against the reference: wanted and reached share of the human tokens. Nothing without a reference. */
export function strataPanel({ strata }: DashboardSnapshot): VNode | null {
  if (strata === undefined || strata.length === 0) return null;
  const shown = strata.slice(0, strataMax);
  return html`<section aria-labelledby="strata" class="wide">
    <h2 id="strata">Tails against the reference</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">stratum</th>
          <th scope="col" class="number">wanted</th>
          <th scope="col" class="number">reached</th>
          <th scope="col" class="number">documents</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          ({ stratum, documents, target, reached, limited }) =>
            html`<tr key=${stratum}>
              <th scope="row">${stratum}${limited ? html`<small>limited by its data</small>` : null}</th>
              <td class="number">${formatShare(target)}</td>
              <td class="number strong">${formatShare(reached)}</td>
              <td class="number">${formatCount(documents)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${strata.length > strataMax ? html`<p class="note">Showing the ${strataMax} furthest from their share, of ${strata.length}.</p>` : null}
  </section>`;
}
