import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seeded } from '../../seeded.ts';
import { Frames, correlationOf, requestHead } from './frames.ts';

/** A request of Kafka's: length, api key, version, correlation id, client id, body. */
function request(apiKey: number, correlationId: number, clientId: string, body: number): Buffer {
  const id = Buffer.from(clientId);
  const frame = Buffer.alloc(14 + id.length + body);
  frame.writeInt32BE(frame.length - 4, 0);
  frame.writeInt16BE(apiKey, 4);
  frame.writeInt32BE(correlationId, 8);
  frame.writeInt16BE(id.length, 12);
  id.copy(frame, 14);
  return frame;
}

describe('the fault proxy reads the wire', () => {
  test('frames come out whole and in order, however the bytes are cut', () => {
    const random = seeded(4);
    const sent = Array.from({ length: 200 }, (_, index) =>
      request(index % 40, index, 'detector-0', Math.floor(random() * 300)),
    );
    const bytes = Buffer.concat(sent);
    const frames = new Frames();
    const received: Buffer[] = [];
    for (let from = 0; from < bytes.length;) {
      const to = from + 1 + Math.floor(random() ** 3 * 900);
      frames.push(bytes.subarray(from, to));
      from = to;
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) received.push(frame);
    }
    assert.deepEqual(received, sent);
  });

  test('a request says its kind, its number and its client', () => {
    assert.deepEqual(requestHead(request(8, 77, 'ballast-mixer', 5)), {
      apiKey: 8,
      correlationId: 77,
      clientId: 'ballast-mixer',
    });
    const answer = Buffer.from([0, 0, 0, 4, 0, 0, 0, 77]);
    assert.equal(correlationOf(answer), 77);
  });
});
