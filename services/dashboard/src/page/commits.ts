import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatAge, formatCap, formatCount, formatUpper } from './format.ts';
import { html } from './html.ts';

/** The last commits, newest first, with the bound each of them holds. `now` in milliseconds since 1970. */
export function commitsPanel({ commits, caps }: DashboardSnapshot, now: number): VNode {
  return html`<section aria-labelledby="commits">
    <h2 id="commits">Last commits</h2>
    ${
      commits.length === 0
        ? html`<p class="empty">
            No commit yet. The first one comes with the first full shard, or at the end of the feed.
          </p>`
        : html`<table>
            <thead>
              <tr>
                <th scope="col">version</th>
                <th scope="col" class="number">rows</th>
                <th scope="col" class="number tokens">tokens</th>
                <th scope="col" class="number">synthetic at most</th>
                <th scope="col" class="number">age</th>
              </tr>
            </thead>
            <tbody>
              ${commits.map(
                ({ version, time, rows, tokens, upper }) =>
                  html`<tr key=${version}>
                    <th scope="row" class="version">${version}</th>
                    <td class="number">${formatCount(rows)}</td>
                    <td class="number tokens">${formatCount(tokens)}</td>
                    <td class="number">${boundWords(upper, caps.total)}</td>
                    <td class="number">
                      <time datetime=${time} title=${time}>${formatAge(now - Date.parse(time))}</time>
                    </td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

/** A commit's bound; without one it is too small to judge and holds human-lane text only. */
export function boundWords(upper: number | undefined, cap: number): string {
  if (upper === undefined) return 'human only';
  return upper > cap ? `${formatUpper(upper)}, above ${formatCap(cap)}` : formatUpper(upper);
}
