import { z } from 'zod';

/** Bins of every histogram of llr: 121 of width 0.2 with centres -12, -11.8 … 12. */
export const binCount = 121;
const binWidth = 0.2;
const lowest = -12;

/** Documents per bin of llr (natural log, as calibrated by the model card), length {@link binCount}. */
export type Histogram = Float64Array;

/** A histogram without documents. */
export const emptyHistogram = (): Histogram => new Float64Array(binCount);

/** Bin of an llr; what lies beyond ±12 falls into the outermost bin. */
export function binOf(llr: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.round((llr - lowest) / binWidth)));
}

/** The llr a bin stands for. */
export function binCentre(bin: number): number {
  return lowest + bin * binWidth;
}

/** Documents in all. */
export function countOf(histogram: Histogram): number {
  let documents = 0;
  for (const count of histogram) documents += count;
  return documents;
}

/** Adds every bin of `other` to `histogram`. */
export function addTo(histogram: Histogram, other: Histogram): void {
  for (let bin = 0; bin < binCount; bin += 1) histogram[bin] = (histogram[bin] ?? 0) + (other[bin] ?? 0);
}

/** Adds one document. */
export function countInto(histogram: Histogram, bin: number): void {
  histogram[bin] = (histogram[bin] ?? 0) + 1;
}

/** A histogram in a snapshot: bin, count, bin, count … of the bins that hold documents. */
export const sparseSchema = z.array(z.int().nonnegative()).readonly();

/** A histogram in a snapshot. */
export type Sparse = z.infer<typeof sparseSchema>;

/** The snapshot form of a histogram. */
export function toSparse(histogram: Histogram): Sparse {
  const sparse: number[] = [];
  for (const [bin, count] of histogram.entries()) if (count > 0) sparse.push(bin, count);
  return sparse;
}

/** Reads what {@link toSparse} wrote. */
export function fromSparse(sparse: Sparse): Histogram {
  const histogram = emptyHistogram();
  for (let index = 0; index + 1 < sparse.length; index += 2) {
    const bin = Math.min(binCount - 1, sparse[index] ?? 0);
    histogram[bin] = (histogram[bin] ?? 0) + (sparse[index + 1] ?? 0);
  }
  return histogram;
}
