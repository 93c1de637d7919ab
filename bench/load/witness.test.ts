import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { until } from '../../test-sip/support/wait.ts';
import { readStalls, type Stall } from '../support/stalls.ts';

const HELD_MS = 200;
const SCRIPT = join(import.meta.dirname, 'witness.ts');
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

function startWitness(t: Test) {
  const witness = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.teardown(() => witness.kill('SIGKILL'));
  const answers = createInterface({ input: witness.stdout })[Symbol.asyncIterator]();
  return {
    witness,
    async ask() {
      witness.stdin.write('{"everyMs":1}\n');
      const { value } = await answers.next();
      return JSON.parse(String(value)) as {
        readonly stalls: string;
        readonly awayMs: number;
        readonly watchedMs: number;
      };
    },
  };
}

t.test('a witness that is held up says when, by the clock of the machine', async (t) => {
  const { witness, ask } = startWitness(t);
  let [fromMs, toMs] = [0, 0];
  const held = async (): Promise<Stall | undefined> => {
    await ask();
    fromMs = nowMs();
    witness.kill('SIGSTOP');
    await until('it was held up', () => nowMs() - fromMs > HELD_MS);
    toMs = nowMs();
    witness.kill('SIGCONT');
    const { stalls, awayMs, watchedMs } = await ask();
    t.ok(awayMs <= watchedMs + 1, `away for ${awayMs} of ${watchedMs} ms`);
    return readStalls(stalls).find((stall) => stall.toMs - stall.fromMs > HELD_MS / 2 && awayMs > HELD_MS / 2);
  };
  let seen: Stall | undefined;
  // Where it stops outside its looks, as it answers, it does not know of it.
  await until('it has seen it', async () => {
    seen = await held();
    return seen !== undefined;
  });
  t.ok(
    seen !== undefined && seen.toMs >= toMs && seen.fromMs < toMs,
    `${seen?.fromMs} to ${seen?.toMs}, held ${fromMs} to ${toMs}`,
  );
});

t.test('a witness ends with its input', async (t) => {
  const { witness, ask } = startWitness(t);
  await ask();
  const ended = once(witness, 'exit');
  witness.stdin.end();
  t.same(await ended, [0, null]);
});
