import type { ResponseView } from './lane-message.ts';

/** An INVITE that was refused, by the peer or, without a source address in `res`, by the engine. */
export class LaneRefusal extends Error {
  override readonly name = 'LaneRefusal';
  readonly status: number;
  readonly res: ResponseView;

  constructor(res: ResponseView, status = res.status, reason = res.reason) {
    super(`${status} ${reason}`);
    this.status = status;
    this.res = res;
  }
}
