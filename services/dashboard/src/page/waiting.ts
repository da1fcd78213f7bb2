import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount, formatDocuments } from './format.ts';
import { html } from './html.ts';

const laneMeanings: { readonly [L in DashboardSnapshot['lanes'][number]['lane']]: string } = {
  human: 'human',
  p30: 'probably human, p below 0.3',
  p50: 'uncertain, p below 0.5',
  p70: 'uncertain, p below 0.7',
  p90: 'probably synthetic, p below 0.9',
  synthetic: 'synthetic',
  checked: 'synthetic, ground truth checked',
};

/** What a lane holds, in words. */
export function laneWords(lane: keyof typeof laneMeanings): string {
  return laneMeanings[lane];
}

/** The lanes in which documents wait, each with what would release it. */
export function waitingPanel({ lanes }: DashboardSnapshot): VNode {
  const filled = lanes.filter(({ documents }) => documents > 0);
  return html`<section aria-labelledby="waiting">
    <h2 id="waiting">What waits, and for what</h2>
    ${
      filled.length === 0
        ? html`<p class="empty">Nothing waits: every lane is empty.</p>`
        : html`<ul class="lanes">
            ${filled.map(
              ({ lane, documents, tokens, note }) =>
                html`<li>
                  <h3>${laneWords(lane)}</h3>
                  <p class="amount">
                    <strong>${formatDocuments(documents)}</strong>
                    ${tokens === undefined ? null : html`<span>${formatCount(tokens)} tokens</span>`}
                  </p>
                  ${note === '' ? null : html`<p class="release"><span class="label">released by</span> ${note}</p>`}
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}
