/** Points a sparkline keeps: two minutes at one a second. */
const pointsMax = 120;

/** The last rates by topic, oldest first. */
export type History = ReadonlyMap<string, readonly number[]>;

/** A history with the newest rates added; topics that are gone are forgotten. */
export function remember(
  history: History,
  topics: readonly { readonly topic: string; readonly perSecond: number }[],
): History {
  return new Map(
    topics.map(({ topic, perSecond }) => [
      topic,
      [...(history.get(topic) ?? []), perSecond].slice(-pointsMax),
    ]),
  );
}

/**
 * Points of a polyline in a box of 120 × 28 units, the newest at the right edge; a flat zero lies on
 * the ground. `top` is the value at the upper edge, so that several lines share one scale.
 */
export function polyline(values: readonly number[], top: number): string {
  const step = 120 / (pointsMax - 1);
  const left = 120 - step * (values.length - 1);
  return values
    .map((value, index) => {
      const height = top <= 0 ? 0 : Math.min(1, value / top);
      return `${(left + index * step).toFixed(1)},${(27 - height * 26).toFixed(1)}`;
    })
    .join(' ');
}
