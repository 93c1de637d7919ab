import { Buffer } from 'node:buffer';
import t from 'tap';
import { ByteSlab, NOWHERE } from './byte-slab.ts';

const BLOCK = 128 * 1024;

t.test('what is kept is read as it was, in whichever order it is freed, and is a copy', (t) => {
  const slab = new ByteSlab();
  const pieces = Array.from({ length: 3000 }, (_, n) => Buffer.from(`piece ${n} ${'x'.repeat(n % 700)}`));
  const places = pieces.map((piece, n) => slab.keep([piece.subarray(0, n % 5), piece.subarray(n % 5)]));
  const copy = slab.read(places[0] ?? NOWHERE, 7);
  for (const [n, place] of places.entries()) if (n % 3 > 0) slab.free(place);
  for (let n = 0; n < 3000; n++) slab.keep([Buffer.alloc(300, 0)]);
  let wrong = 0;
  for (const [n, place] of places.entries()) {
    const piece = pieces[n] ?? Buffer.alloc(0);
    if (n % 3 === 0 && !slab.read(place, piece.length).equals(piece)) wrong += 1;
  }
  t.equal(wrong, 0);
  slab.free(places[0] ?? NOWHERE);
  t.equal(copy.toString(), 'piece 0');
  t.end();
});

t.test('its size follows what is alive at a time, not what has been kept', (t) => {
  const slab = new ByteSlab();
  const kept: number[] = [];
  for (let n = 0; n < 20_000; n++) {
    kept.push(slab.keep([Buffer.alloc(1000, n)]));
    // A thousand at a time: 1 MB, eight blocks.
    if (kept.length > 1000) slab.free(kept.shift() ?? NOWHERE);
  }
  t.ok(slab.size <= 11 * BLOCK, `${slab.size} bytes`);
  for (const place of kept) slab.free(place);
  t.ok(slab.size <= 3 * BLOCK, `${slab.size} bytes when nothing is alive`);
  t.equal(slab.read(slab.keep([Buffer.from('again')]), 5).toString(), 'again');
  t.end();
});

t.test('what no datagram can carry finds no place, and two of the largest find one', (t) => {
  const slab = new ByteSlab();
  t.equal(slab.keep([Buffer.alloc(BLOCK + 1)]), NOWHERE);
  t.equal(slab.size, 0, 'nothing is taken before it is needed');
  t.not(slab.keep([Buffer.alloc(65_507), Buffer.alloc(65_507)]), NOWHERE);
  t.end();
});
