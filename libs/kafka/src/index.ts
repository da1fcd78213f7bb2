export { decodeMessage, encodeMessage } from './codec.ts';
export type { DecodedMessage, EncodedMessage, HeaderProblem } from './codec.ts';
export { gzipCodec, registerCodecs, zstdCodec } from './compression.ts';
export type { Codec } from './compression.ts';
export { kafkaErrors } from './errors.ts';
