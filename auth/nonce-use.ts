const WINDOW = 1024;
const WORDS = WINDOW / 32;

/** Marks a nonce that may not be used again: it was used without qop. */
const SPENT = -1;

/** Out of order counts; bit `nc % 1024` says whether nc was used, for the 1,024 counts up to `top`. */
interface NcWindow {
  top: number;
  readonly bits: Uint32Array;
}

/**
 * Remembers which (nonce, nc) pairs were used, for nonces that authenticated. Counts may arrive out of order or
 * jump; each is good once, and those 1,024 or more below the highest are too old. Most nonces see 1, 2, 3 …
 * and cost one number. Nonces are dropped with their generation once they have expired.
 */
export class NonceUse {
  readonly #lifetimeSec: number;
  #generation = -1;
  #current = new Map<number, number | NcWindow>();
  #previous = new Map<number, number | NcWindow>();

  constructor(lifetimeSec: number) {
    this.#lifetimeSec = Math.max(1, lifetimeSec);
  }

  /** How many nonces are remembered. */
  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  /** Whether that count of the nonce was not used yet; `nc` 0 stands for the form without qop. */
  isFresh(counter: number, issuedSec: number, nc: number): boolean {
    const used = this.#mapOf(issuedSec)?.get(counter);
    if (used === undefined) return true;
    if (used === SPENT || nc === 0) return false;
    if (typeof used === 'number') return nc > used;
    if (nc > used.top) return true;
    return nc > used.top - WINDOW && !hasBit(used.bits, nc);
  }

  /** Records the use of a fresh count by a request whose digest was right. */
  take(counter: number, issuedSec: number, nc: number): void {
    this.#rotate(issuedSec);
    const map = this.#mapOf(issuedSec);
    if (map === undefined) return;
    const used = map.get(counter);
    if (nc === 0) map.set(counter, SPENT);
    else if (used === undefined && nc === 1) map.set(counter, 1);
    else if (typeof used === 'number' && nc === used + 1) map.set(counter, nc);
    else if (typeof used === 'object') slide(used, nc);
    else map.set(counter, openWindow(used ?? 0, nc));
  }

  #mapOf(issuedSec: number): Map<number, number | NcWindow> | undefined {
    const generation = Math.floor(issuedSec / this.#lifetimeSec);
    if (generation === this.#generation) return this.#current;
    return generation === this.#generation - 1 ? this.#previous : undefined;
  }

  #rotate(issuedSec: number): void {
    const generation = Math.floor(issuedSec / this.#lifetimeSec);
    // Far below: the clock was set back. Nonces from what is now the future are stale, so nothing is lost.
    if (generation === this.#generation || generation === this.#generation - 1) return;
    this.#previous = generation === this.#generation + 1 ? this.#current : new Map();
    this.#current = new Map();
    this.#generation = generation;
  }
}

function openWindow(contiguous: number, nc: number): NcWindow {
  const window: NcWindow = { top: contiguous, bits: new Uint32Array(WORDS) };
  for (let used = Math.max(1, contiguous - WINDOW + 1); used <= contiguous; used += 1) setBit(window.bits, used);
  slide(window, nc);
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
