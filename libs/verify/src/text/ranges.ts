/**
 * A set of code points in short: space-separated `gap,length` pairs in base 36, cut over several
 * strings that are joined by one space. `gap` counts from the end of the range before (0 at the
 * start), `length` is the number of further code points and absent when there are none.
 */
export type RangeTable = readonly string[];

/** Calls `visit` with the first and the last code point of every range, in rising order. */
export function forEachRange(table: RangeTable, visit: (first: number, last: number) => void): void {
  let end = 0;
  for (const pair of table.join(' ').split(' ')) {
    const [gap = '', length = '0'] = pair.split(',');
    const first = end + Number.parseInt(gap, 36);
    end = first + Number.parseInt(length, 36);
    visit(first, end);
  }
}
