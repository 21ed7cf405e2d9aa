// Lets promises settle without letting the host's own work in between.

/**
 * How many turns of the microtask queue count as settled. Nobody can ask an engine whether its queue is empty, and
 * a real timer (setImmediate, MessageChannel) would let real I/O into the middle of a fake minute. One turn moves every
 * waiting chain by one step; an `await` takes one, an async function that returns a promise three. A message
 * through ten async stages, its answer and the caller's own awaits come to some 80 steps. 128 leaves room and costs
 * about 4 µs. What needs the host (streams, crypto.subtle, sockets) does not settle here: await it yourself.
 */
const SETTLE_TURNS = 128

export async function flushMicrotasks(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn++) await Promise.resolve()
}
