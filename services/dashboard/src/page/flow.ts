import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount } from './format.ts';
import { html } from './html.ts';

type Flow = DashboardSnapshot['flow'];
type Amount = Flow['in'];

/** The right side of the equation, in the order it is written. */
export const terms = [
  { key: 'kept', name: 'kept', meaning: 'in the table' },
  { key: 'rejected', name: 'rejected', meaning: 'refused, with a reason' },
  { key: 'deferred', name: 'deferred', meaning: 'refused for now, may come back' },
  { key: 'dead', name: 'dead', meaning: 'not readable' },
  { key: 'waiting', name: 'waiting', meaning: 'in a lane, until the cap has room' },
  { key: 'inFlight', name: 'in flight', meaning: 'between two stages' },
] as const satisfies readonly {
  readonly key: Exclude<keyof Flow, 'in'>;
  readonly name: string;
  readonly meaning: string;
}[];

/** What went in and stands nowhere on the right side; negative when something is there twice. */
export function unaccounted(flow: Flow): Amount {
  const left = (unit: keyof Amount): number =>
    flow.in[unit] - terms.reduce((sum, { key }) => sum + flow[key][unit], 0);
  return { documents: left('documents'), tokens: left('tokens') };
}

/** What the difference means, in words. */
export function unaccountedWords({ documents, tokens }: Amount): string {
  if (documents === 0 && tokens === 0) return 'The sum is exact: every document has an outcome.';
  if (documents > 0) return 'Documents went in and have no outcome.';
  if (documents < 0) return 'More documents came out than went in.';
  return 'Every document has an outcome, but the tokens do not add up.';
}

/** The equation as a ledger: what went in, every way out, and what is missing. */
export function flowPanel({ flow }: DashboardSnapshot): VNode {
  const missing = unaccounted(flow);
  const isExact = missing.documents === 0 && missing.tokens === 0;
  const bar = (documents: number): VNode | null =>
    documents === 0
      ? null
      : html`<span
          style=${{ width: `${((documents / Math.max(1, flow.in.documents)) * 100).toFixed(2)}%` }}
        ></span>`;
  return html`<section aria-labelledby="flow" class="flow">
    <h2 id="flow">Where every document is</h2>
    <table class="ledger">
      <caption>
        in = ${terms.map(({ name }) => name).join(' + ')}
      </caption>
      <thead>
        <tr>
          <th scope="col">outcome</th>
          <th scope="col" class="number">documents</th>
          <th scope="col" class="number">tokens</th>
          <th scope="col" class="part"><span class="quiet">part of all documents</span></th>
        </tr>
      </thead>
      <tbody>
        <tr class="in">
          <th scope="row"><span class="sign" aria-hidden="true"></span>in</th>
          <td class="number">${formatCount(flow.in.documents)}</td>
          <td class="number">${formatCount(flow.in.tokens)}</td>
          <td class="part" aria-hidden="true">${bar(flow.in.documents)}</td>
        </tr>
        ${terms.map(
          ({ key, name, meaning }, index) =>
            html`<tr class="${key}">
              <th scope="row">
                <span class="sign" aria-hidden="true">${index === 0 ? '=' : '+'}</span>${name}<small
                  >${meaning}</small
                >
              </th>
              <td class="number">${formatCount(flow[key].documents)}</td>
              <td class="number">${formatCount(flow[key].tokens)}</td>
              <td class="part" aria-hidden="true">${bar(flow[key].documents)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr class=${isExact ? 'exact' : 'broken'}>
          <th scope="row"><span class="sign" aria-hidden="true">${isExact ? '✓' : '!'}</span>unaccounted</th>
          <td class="number">${formatCount(missing.documents)}</td>
          <td class="number">${formatCount(missing.tokens)}</td>
          <td class="part"></td>
        </tr>
      </tfoot>
    </table>
    <p class="sum ${isExact ? 'exact' : 'broken'}">${unaccountedWords(missing)}</p>
  </section>`;
}
