const counts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const rates = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 2 });

/** A count with every digit: 13870 is `13,870`. */
export function formatCount(value: number): string {
  return counts.format(value);
}

/** A measured share, 0 to 1, in per cent with one decimal. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** An upper bound, 0 to 1, in per cent, rounded up: what is printed is never below what holds. */
export function formatUpper(bound: number): string {
  return `${(Math.ceil(bound * 1_000 - 1e-9) / 10).toFixed(1)} %`;
}

/** A cap, 0 to 1, in per cent, as short as it can be said: 0.2 is `20 %`. */
export function formatCap(cap: number): string {
  return `${Number((cap * 100).toFixed(2))} %`;
}

/** Documents per second: whole from 10 on, two digits below. */
export function formatRate(perSecond: number): string {
  return perSecond >= 10 ? counts.format(perSecond) : rates.format(perSecond);
}

/** A span in milliseconds in its largest unit: `12 s`, `3 min`, `2 h`, `4 d`. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A number and its noun: `1 document`, `2,048 documents`. */
export function formatDocuments(documents: number): string {
  return `${formatCount(documents)} ${documents === 1 ? 'document' : 'documents'}`;
}
