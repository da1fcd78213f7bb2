import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount } from './format.ts';
import { html } from './html.ts';

type Flow = DashboardSnapshot['flow'];
type Passing = { readonly documents: number; readonly tokens?: number | undefined };

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

/**
 * What went in and stands nowhere on the right side; negative when something is there twice. Undefined
 * where a term is not known: no topic can be read, or text has not been counted in tokens yet.
 */
export function unaccounted(flow: Flow): {
  readonly documents: number | undefined;
  readonly tokens: number | undefined;
} {
  const left = (unit: keyof Passing): number | undefined =>
    terms.reduce<number | undefined>((rest, { key }) => minus(rest, flow[key]?.[unit]), flow.in?.[unit]);
  return { documents: left('documents'), tokens: left('tokens') };
}

function minus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b;
}

/**
 * What the difference means. More on the right side than went in is no loss while at most as many are on
 * their way: what moves on while it is counted counts twice, and so does what a process that was killed
 * wrote a second time, until its reader passes over the copy.
 */
export function verdictOnFlow(flow: Flow): {
  readonly state: 'exact' | 'moving' | 'untold' | 'broken';
  readonly words: string;
} {
  const { documents, tokens } = unaccounted(flow);
  if (documents === undefined) {
    return {
      state: 'untold',
      words: 'What went in, waits or is in flight is not known: no topic can be read.',
    };
  }
  if (documents > 0) return { state: 'broken', words: 'Documents went in and have no outcome.' };
  if (documents < 0) {
    const onTheWay = (flow.waiting?.documents ?? 0) + (flow.inFlight?.documents ?? 0);
    return -documents <= onTheWay
      ? {
          state: 'moving',
          words: 'Nothing is missing. What moves on while it is counted, or was written again, counts twice.',
        }
      : { state: 'broken', words: 'More documents came out than went in.' };
  }
  if (tokens !== undefined && tokens !== 0)
    return { state: 'broken', words: 'Every document has an outcome, but the tokens do not add up.' };
  return { state: 'exact', words: 'The sum is exact: every document has an outcome.' };
}

const signs = { exact: '✓', moving: '~', untold: '?', broken: '!' } as const;

/** The equation as a ledger: what went in, every way out, and what is missing. */
export function flowPanel({ flow }: DashboardSnapshot): VNode {
  const missing = unaccounted(flow);
  const { state, words } = verdictOnFlow(flow);
  const whole = flow.in?.documents ?? terms.reduce((sum, { key }) => sum + (flow[key]?.documents ?? 0), 0);
  const bar = (documents: number | undefined): VNode | null =>
    documents === undefined || documents === 0
      ? null
      : html`<span
          style=${{ width: `${Math.min(100, (documents / Math.max(1, whole)) * 100).toFixed(2)}%` }}
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
          ${numbers(flow.in)}
          <td class="part" aria-hidden="true">${bar(flow.in?.documents)}</td>
        </tr>
        ${terms.map(
          ({ key, name, meaning }, index) =>
            html`<tr class="${key}">
              <th scope="row">
                <span class="sign" aria-hidden="true">${index === 0 ? '=' : '+'}</span>${name}${' '}<small
                  >${meaning}</small
                >
              </th>
              ${numbers(flow[key])}
              <td class="part" aria-hidden="true">${bar(flow[key]?.documents)}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr class=${state}>
          <th scope="row"><span class="sign" aria-hidden="true">${signs[state]}</span>unaccounted</th>
          ${numbers(missing)}
          <td class="part"></td>
        </tr>
      </tfoot>
    </table>
    <p class="sum ${state}">${words}</p>
  </section>`;
}

/** Both counts; a dash for what is not counted. */
function numbers(amount: ReturnType<typeof unaccounted> | Passing | undefined): readonly VNode[] {
  return [amount?.documents, amount?.tokens].map((count) =>
    count === undefined
      ? html`<td class="number quiet">–</td>`
      : html`<td class="number">${formatCount(count)}</td>`,
  );
}
