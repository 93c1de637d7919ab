import type { ExplainQuery } from '../../../routing/index.ts';
import type { Reason } from '../../../telemetry/index.ts';
import type { MatrixWorld } from './matrix-world.ts';

/** One way to one reason. */
export interface MatrixCase {
  readonly reason: Reason;
  readonly kind: 'REGISTER' | 'INVITE' | 'MESSAGE';
  create(): MatrixWorld;
  /** What comes before, and what the simulator sees as well. */
  prepare?(world: MatrixWorld): void | Promise<void>;
  /** The request itself; the last thing counted must be the reason. */
  run(world: MatrixWorld): Promise<unknown>;
  /**
   * The same call as the simulator is asked about it. Absent where the question cannot be put: it knows numbers,
   * sources and trunks, but no passwords, malformed requests or far ends.
   */
  readonly explain?: ExplainQuery;
  /** What the simulator must say; it cannot know what the far end will do, and then says `answered`. @default reason */
  readonly explained?: Reason;
}
