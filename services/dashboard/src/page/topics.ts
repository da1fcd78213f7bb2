import type { VNode } from 'preact';
import type { DashboardSnapshot } from '../snapshot.ts';
import { formatCount, formatRate } from './format.ts';
import { polyline } from './history.ts';
import type { History } from './history.ts';
import { html } from './html.ts';

/** Throughput of every topic, with the last two minutes as a line; all lines share one scale. */
export function topicsPanel({ topics }: DashboardSnapshot, history: History): VNode {
  const top = Math.max(1, ...[...history.values()].flat());
  return html`<section aria-labelledby="topics" class="wide">
    <h2 id="topics">Throughput per topic</h2>
    ${
      topics.length === 0
        ? html`<p class="empty">No topic has a document yet.</p>`
        : html`<table class="topics">
            <thead>
              <tr>
                <th scope="col">topic</th>
                <th scope="col" class="line">last 2 minutes</th>
                <th scope="col" class="number">documents/s</th>
                <th scope="col" class="number">unread</th>
                <th scope="col" class="number total">written</th>
              </tr>
            </thead>
            <tbody>
              ${topics.map(
                ({ topic, end, perSecond, lag }) =>
                  html`<tr key=${topic}>
                    <th scope="row">${breakable(topic)}</th>
                    <td class="line" aria-hidden="true">${sparkline(history.get(topic) ?? [], top)}</td>
                    <td class="number strong">${formatRate(perSecond)}</td>
                    <td class="number">${formatCount(lag)}</td>
                    <td class="number total">${formatCount(end)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

/** A topic name that may break after its dots on a narrow screen. */
function breakable(topic: string): readonly (VNode | string)[] {
  return topic.split('.').flatMap((part, index) => (index === 0 ? [part] : ['.', html`<wbr />`, part]));
}

function sparkline(values: readonly number[], top: number): VNode {
  const points = polyline(values, top);
  const first = points.split(',')[0] ?? '120';
  return html`<svg class="spark" viewBox="0 0 120 28" preserveAspectRatio="none">
    <line x1="0" y1="27.5" x2="120" y2="27.5" />
    ${
      values.length < 2
        ? null
        : html`<polygon points="${first},27 ${points} 120,27" /><polyline points=${points} />`
    }
  </svg>`;
}
