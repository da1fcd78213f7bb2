/** 1 + ln tf for tf 1 to 255, and 0 for a bucket that does not occur; larger counts count as 255. */
export const dampened: Float32Array = Float32Array.from({ length: 256 }, (_, tf) =>
  tf === 0 ? 0 : 1 + Math.log(tf),
);
