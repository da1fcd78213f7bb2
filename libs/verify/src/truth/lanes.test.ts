import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lanes } from './lanes.ts';

const live = new AbortController().signal;

class Room {
  spent = false;
  ended = false;
  end(): void {
    this.ended = true;
  }
}

/** Lanes over rooms, and every room that was ever opened. */
function rooms(width: number): { readonly lanes: Lanes<Room>; readonly opened: Room[] } {
  const opened: Room[] = [];
  const lanes = new Lanes(width, async () => {
    const room = new Room();
    opened.push(room);
    return room;
  });
  return { lanes, opened };
}

const pause = async (): Promise<void> => await new Promise((resolve) => setTimeout(resolve, 2));

test('no more are open than wanted, each has one guest at a time, and guests come in order', async () => {
  const { lanes, opened } = rooms(2);
  const inside = new Set<Room>();
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 9 }, async (_, guest) => {
      await lanes.use(live, async (room) => {
        assert.ok(!inside.has(room));
        inside.add(room);
        order.push(guest);
        await pause();
        inside.delete(room);
      });
    }),
  );
  assert.equal(opened.length, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a spent lane is ended and replaced', async () => {
  const { lanes, opened } = rooms(1);
  await lanes.use(live, async (room) => {
    room.spent = true;
  });
  await lanes.use(live, async (room) => assert.equal(room, opened[1]));
  assert.deepEqual(
    opened.map(({ ended }) => ended),
    [true, false],
  );
});

test('who gives up waiting leaves the queue, and the turn passes on', async () => {
  const { lanes } = rooms(1);
  const impatient = new AbortController();
  const first = lanes.use(live, pause);
  const second = lanes.use(impatient.signal, pause);
  const third = lanes.use(live, async () => 'third');
  impatient.abort(new Error('enough'));
  await assert.rejects(second, /enough/);
  await first;
  assert.equal(await third, 'third');
});

test('a lane that does not open, or work that throws, takes no turn with it', async () => {
  let attempts = 0;
  const lanes = new Lanes(1, async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('no room');
    return new Room();
  });
  await assert.rejects(lanes.use(live, pause), /no room/);
  const failing = lanes.use(live, async () => {
    throw new Error('work');
  });
  await assert.rejects(failing, /work/);
  assert.equal(await lanes.use(live, async () => 'well'), 'well');
});

test('closing ends every lane', async () => {
  const { lanes, opened } = rooms(2);
  await Promise.all([lanes.use(live, pause), lanes.use(live, pause)]);
  lanes.close();
  assert.ok(opened.length === 2 && opened.every(({ ended }) => ended));
});
