/** What a timer tells its wheel when it leaves it. */
export interface TimerOwner {
  released(): void;
}

/** One armed callback, a link of its slot's list, so that cancelling costs no search. */
export class WheelTimer {
  run: () => void;
  readonly #owner: TimerOwner;
  armed = true;
  dueTick = 0;
  list: TimerList | undefined;
  before: WheelTimer | undefined;
  next: WheelTimer | undefined;

  constructor(run: () => void, owner: TimerOwner) {
    this.run = run;
    this.#owner = owner;
  }

  cancel(): void {
    if (!this.armed) return;
    this.armed = false;
    this.list?.remove(this);
    // Whoever keeps the timer keeps nothing of what it was for: with its transaction and call it would grow old.
    this.run = NOTHING;
    this.#owner.released();
  }
}

const NOTHING = (): void => undefined;
const NONE: readonly WheelTimer[] = [];

/** A slot of the wheel: a doubly linked list, first in, first out. */
export class TimerList {
  #first: WheelTimer | undefined;
  #last: WheelTimer | undefined;

  append(timer: WheelTimer): void {
    timer.list = this;
    timer.before = this.#last;
    if (this.#last === undefined) this.#first = timer;
    else this.#last.next = timer;
    this.#last = timer;
  }

  remove(timer: WheelTimer): void {
    if (timer.before === undefined) this.#first = timer.next;
    else timer.before.next = timer.next;
    if (timer.next === undefined) this.#last = timer.before;
    else timer.next.before = timer.before;
    unlink(timer);
  }

  /** Empties the list; what was in it stays armed and belongs to no list. */
  takeAll(): readonly WheelTimer[] {
    if (this.#first === undefined) return NONE;
    const taken: WheelTimer[] = [];
    for (let timer: WheelTimer | undefined = this.#first; timer !== undefined; ) {
      const next: WheelTimer | undefined = timer.next;
      unlink(timer);
      taken.push(timer);
      timer = next;
    }
    this.#first = undefined;
    this.#last = undefined;
    return taken;
  }
}

function unlink(timer: WheelTimer): void {
  timer.list = undefined;
  timer.before = undefined;
  timer.next = undefined;
}
