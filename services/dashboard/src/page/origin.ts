import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount, formatShare } from './format.ts';
import { html } from './html.ts';

const origins = ['human', 'synthetic', 'unknown'] as const;
const meanings = {
  human: 'attested, or judged human',
  synthetic: 'declared, or judged machine-made',
  unknown: 'cannot be told',
} as const;

/** Share of each origin in the kept tokens, 0 to 1; all 0 while nothing is kept. */
export function originShares(mixture: DashboardSnapshot['mixture']): {
  readonly [O in (typeof origins)[number]]: number;
} {
  const all = origins.reduce((sum, origin) => sum + mixture[origin].tokens, 0);
  const share = (tokens: number): number => (all === 0 ? 0 : tokens / all);
  return {
    human: share(mixture.human.tokens),
    synthetic: share(mixture.synthetic.tokens),
    unknown: share(mixture.unknown.tokens),
  };
}

/** Human, synthetic and unknown in the kept text: a bar to see, a table to read. */
export function originPanel({ mixture, truth }: DashboardSnapshot): VNode {
  const shares = originShares(mixture);
  const isEmpty = origins.every((origin) => mixture[origin].documents === 0);
  return html`<section aria-labelledby="origin">
    <h2 id="origin">Who wrote what was kept</h2>
    ${
      isEmpty
        ? html`<p class="empty">
            Nothing is committed yet. The first shard closes when enough text has arrived to bound it.
          </p>`
        : html`<div class="stack" aria-hidden="true">
            ${origins.map((origin) => html`<span class="${origin}" style=${{ flexGrow: shares[origin] }}></span>`)}
          </div>`
    }
    <table>
      <thead>
        <tr>
          <th scope="col">origin</th>
          <th scope="col" class="number">of tokens</th>
          <th scope="col" class="number tokens">tokens</th>
          <th scope="col" class="number">documents</th>
        </tr>
      </thead>
      <tbody>
        ${origins.map(
          (origin) =>
            html`<tr>
              <th scope="row">
                <span class="swatch ${origin}" aria-hidden="true"></span>${origin}<small
                  >${meanings[origin]}</small
                >
              </th>
              <td class="number strong">${formatShare(shares[origin])}</td>
              <td class="number tokens">${formatCount(mixture[origin].tokens)}</td>
              <td class="number">${formatCount(mixture[origin].documents)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${truth === undefined ? null : html`<p class="note">${truth.text}</p>`}
  </section>`;
}
