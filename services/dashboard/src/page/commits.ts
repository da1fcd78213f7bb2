import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatAge, formatCap, formatCount, formatUpper } from './format.ts';
import { html } from './html.ts';

/** Commits in the table; the line above it goes further back. */
const rowsMax = 10;

/** The last commits, newest first, with the bound each of them holds. `now` in milliseconds since 1970. */
export function commitsPanel({ commits, caps }: DashboardSnapshot, now: number): VNode {
  return html`<section aria-labelledby="commits">
    <h2 id="commits">Last commits</h2>
    ${
      commits.length === 0
        ? html`<p class="empty">
            No commits yet: start the mixer. The first one comes with the first full shard, or with the first
            judged unit that has waited long enough.
          </p>`
        : html`${boundLine(commits, caps.total)}
            <table>
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
                ${commits.slice(0, rowsMax).map(
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

/** Bounds from which on there is something to see in a line. */
const boundsMin = 5;

/** Width and height of the line of bounds, in its own units. */
const box = { width: 120, height: 40 } as const;

/** The bound of each commit over time, oldest left, with the cap above it; the table has the numbers. */
function boundLine(commits: DashboardSnapshot['commits'], cap: number): VNode | null {
  const bounds = commits.flatMap(({ upper }) => (upper === undefined ? [] : [upper])).toReversed();
  if (bounds.length < boundsMin) return null;
  const scale = Math.max(cap, ...bounds) * 1.1;
  const y = (bound: number): string => ((1 - bound / scale) * box.height).toFixed(1);
  const points = boundPoints(bounds, y);
  return html`<div class="bounds" aria-hidden="true">
    <svg class="spark" viewBox="0 0 ${box.width} ${box.height}" preserveAspectRatio="none">
      <polyline points=${points} />
      <line class="limit" x1="0" x2=${box.width} y1=${y(cap)} y2=${y(cap)} />
    </svg>
    <p>bound of the last ${bounds.length} commits under the cap of ${formatCap(cap)}</p>
  </div>`;
}

/** Points of the line, evenly spaced over the whole width. */
function boundPoints(bounds: readonly number[], y: (bound: number) => string): string {
  const step = box.width / (bounds.length - 1);
  return bounds.map((bound, index) => `${(index * step).toFixed(1)},${y(bound)}`).join(' ');
}

/** A commit's bound; without one it is too small to judge and holds human-lane text only. */
export function boundWords(upper: number | undefined, cap: number): string {
  if (upper === undefined) return 'human only';
  return upper > cap ? `${formatUpper(upper)}, above ${formatCap(cap)}` : formatUpper(upper);
}
