const WINDOW = 1024;
const WORDS = WINDOW / 32;

/** Marks a nonce that may not be used again: it was used without qop. */
const SPENT = 0xffff_ffff;
/** Marks a nonce whose counts came out of order: its window tells. */
const WINDOWED = 0xffff_fffe;

/** Out of order counts; bit `nc % 1024` says whether nc was used, for the 1,024 counts up to `top`. */
interface NcWindow {
  top: number;
  readonly bits: Uint32Array;
}

/**
 * The highest of 1, 2, 3 … in a row by nonce counter, 0 for unused. Counters are given out one after the other, so pages
 * of numbers hold them in four bytes each, and nothing is ever moved to make room as in a Map of millions.
 */
class Generation {
  readonly #pages = new Map<number, Uint32Array>();
  readonly windows = new Map<number, NcWindow>();
  size = 0;
  /** The page that was looked at last: a request looks three times, and the next one's nonce is often its neighbour. */
  #last: Uint32Array | undefined = undefined;
  #lastNumber = -1;

  get(counter: number): number {
    return this.#page(Math.floor(counter / PAGE))?.[counter & (PAGE - 1)] ?? 0;
  }

  set(counter: number, used: number): void {
    const number = Math.floor(counter / PAGE);
    const page = this.#page(number) ?? this.#open(number);
    const at = counter & (PAGE - 1);
    if (page[at] === 0) this.size += 1;
    page[at] = used;
  }

  #page(number: number): Uint32Array | undefined {
    if (number === this.#lastNumber) return this.#last;
    const page = this.#pages.get(number);
    if (page !== undefined) this.#keep(number, page);
    return page;
  }

  #open(number: number): Uint32Array {
    const page = new Uint32Array(PAGE);
    this.#pages.set(number, page);
    this.#keep(number, page);
    return page;
  }

  #keep(number: number, page: Uint32Array): void {
    this.#last = page;
    this.#lastNumber = number;
  }
}

/** A power of two. */
const PAGE = 512;

/**
 * Remembers which (nonce, nc) pairs were used, for nonces that authenticated. Counts may arrive out of order or
 * jump; each is good once, and those 1,024 or more below the highest are too old. Most nonces see 1, 2, 3 …
 * and cost one number. Nonces are dropped with their generation once they have expired.
 */
export class NonceUse {
  readonly #lifetimeSec: number;
  #generation = -1;
  #current = new Generation();
  #previous = new Generation();

  constructor(lifetimeSec: number) {
    this.#lifetimeSec = Math.max(1, lifetimeSec);
  }

  /** How many nonces are remembered. */
  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  /** Whether that count of the nonce was not used yet; `nc` 0 stands for the form without qop. */
  isFresh(counter: number, issuedSec: number, nc: number): boolean {
    const generation = this.#generationOf(issuedSec);
    const used = generation?.get(counter) ?? 0;
    if (generation === undefined || used === 0) return true;
    if (used === SPENT || nc === 0) return false;
    if (used !== WINDOWED) return nc > used;
    const window = generation.windows.get(counter);
    if (window === undefined || nc > window.top) return true;
    return nc > window.top - WINDOW && !hasBit(window.bits, nc);
  }

  /** Records the use of a fresh count by a request whose digest was right. */
  take(counter: number, issuedSec: number, nc: number): void {
    this.#rotate(issuedSec);
    const generation = this.#generationOf(issuedSec);
    if (generation === undefined) return;
    const used = generation.get(counter);
    if (nc === 0) generation.set(counter, SPENT);
    else if (used < WINDOWED && nc === used + 1 && nc < WINDOWED) generation.set(counter, nc);
    else if (used !== SPENT) {
      const window = generation.windows.get(counter) ?? openWindow(used);
      slide(window, nc);
      generation.windows.set(counter, window);
      generation.set(counter, WINDOWED);
    }
  }

  #generationOf(issuedSec: number): Generation | undefined {
    const generation = Math.floor(issuedSec / this.#lifetimeSec);
    if (generation === this.#generation) return this.#current;
    return generation === this.#generation - 1 ? this.#previous : undefined;
  }

  #rotate(issuedSec: number): void {
    const generation = Math.floor(issuedSec / this.#lifetimeSec);
    // Far below: the clock was set back. Nonces from what is now the future are stale, so nothing is lost.
    if (generation === this.#generation || generation === this.#generation - 1) return;
    this.#previous = generation === this.#generation + 1 ? this.#current : new Generation();
    this.#current = new Generation();
    this.#generation = generation;
  }
}

function openWindow(contiguous: number): NcWindow {
  const window: NcWindow = { top: contiguous, bits: new Uint32Array(WORDS) };
  for (let used = Math.max(1, contiguous - WINDOW + 1); used <= contiguous; used += 1) setBit(window.bits, used);
  return window;
}

function slide(window: NcWindow, nc: number): void {
  if (nc - window.top >= WINDOW) window.bits.fill(0);
  else for (let skipped = window.top + 1; skipped < nc; skipped += 1) clearBit(window.bits, skipped);
  setBit(window.bits, nc);
  if (nc > window.top) window.top = nc;
}

function setBit(bits: Uint32Array, nc: number): void {
  const at = nc % WINDOW;
  bits[at >> 5] = (bits[at >> 5] ?? 0) | (1 << (at & 31));
}

function clearBit(bits: Uint32Array, nc: number): void {
  const at = nc % WINDOW;
  bits[at >> 5] = (bits[at >> 5] ?? 0) & ~(1 << (at & 31));
}

function hasBit(bits: Uint32Array, nc: number): boolean {
  const at = nc % WINDOW;
  return ((bits[at >> 5] ?? 0) & (1 << (at & 31))) !== 0;
}
