import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount, formatShare } from './format.ts';
import { html } from './html.ts';

/** Strata shown; the list comes in the order that matters. */
const strataMax = 8;

/** Part of its wanted share below which a stratum counts as short of it. */
const shortBelow = 0.99;

/** Strata of the kept text, against the reference where there is one. Nothing before the first commit. */
export function strataPanel({ strata }: DashboardSnapshot): VNode | null {
  if (strata === undefined || strata.length === 0) return null;
  const shown = strata.slice(0, strataMax);
  const hasReference = strata.some(({ target }) => target !== undefined);
  return html`<section aria-labelledby="strata">
    <h2 id="strata">${hasReference ? 'Tails against the reference' : 'Strata of the kept text'}</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">stratum</th>
          ${hasReference ? html`<th scope="col" class="number">wanted of human tokens</th>` : null}
          <th scope="col" class="number">of kept tokens</th>
          <th scope="col" class="number">documents</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          ({ stratum, documents, target, reached }) =>
            html`<tr key=${stratum}>
              <th scope="row">
                ${stratum}${isShort(target, reached) ? html`<small>short of its share</small>` : null}
              </th>
              ${hasReference ? html`<td class="number">${target === undefined ? '–' : formatShare(target)}</td>` : null}
              <td class="number strong">${formatShare(reached)}</td>
              <td class="number">${formatCount(documents)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${strata.length > strataMax ? html`<p class="note">Showing the first ${strataMax}.</p>` : null}
    ${
      hasReference
        ? html`<p class="note">
            Counted over all kept text, repeats included; <code>ballast audit</code> counts the human text
            alone.
          </p>`
        : html`<p class="note">
            Without <code>oversampler.reference</code> nothing says what shares they should have.
          </p>`
    }
  </section>`;
}

function isShort(target: number | undefined, reached: number): boolean {
  return target !== undefined && reached < shortBelow * target;
}
