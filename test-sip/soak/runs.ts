/** One long run: a command of the project, and why it is too long for `npm test`. */
export interface SoakRun {
  readonly name: string;
  readonly what: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const tapRun = (file: string, timeoutSec: number): readonly string[] => ['tap', 'run', `--timeout=${timeoutSec}`, file];

/** Every long run, in the order in which `npm run soak` does them. */
export const SOAK_RUNS: readonly SoakRun[] = [
  {
    name: 'fuzz',
    what: 'a million mutated messages: no crash, nothing stuck, the heap as it was',
    command: ['node', 'test-sip/fuzz/run.ts', '--messages', '1000000'],
  },
  {
    name: 'idle-connections',
    what: '10,000 idle connections, and what others notice of them; with every other abuse',
    command: tapRun('test-sip/abuse/abuse.test.ts', 600),
    env: { ABUSE_CONNECTIONS: '10000' },
  },
  {
    name: 'message-loss',
    what: '2,000 calls over wires that lose, double and reorder 5 %',
    command: tapRun('test-sip/relay/message-loss.test.ts', 600),
  },
];
