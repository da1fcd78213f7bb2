/**
 * Windows of at most `length` tokens, `stride` apart, that cover all of `ids`. All are equally long: the
 * last one ends with the text instead of being padded, so a short rest does not weigh as a whole window.
 */
export function windowsOf(
  ids: readonly number[],
  length: number,
  stride: number,
): readonly (readonly number[])[] {
  const last = ids.length - length;
  if (last <= 0) return [ids];
  const windows: (readonly number[])[] = [];
  // A stride beyond the window would leave tokens unseen.
  const step = Math.max(1, Math.min(stride, length));
  for (let start = 0; start < last; start += step) windows.push(ids.slice(start, start + length));
  windows.push(ids.slice(last));
  return windows;
}
