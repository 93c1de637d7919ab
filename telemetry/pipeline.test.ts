import t from 'tap';
import { completeTrace, note, runSteps, runStepsLazily, type Step, type Traced, type TraceLine } from './index.ts';

interface Context extends Traced {
  readonly calls: string[];
}

const context = (): Context => ({ trace: [], calls: [] });

t.test('steps run in order until one refuses, and the refusal is the last trace line', async (t) => {
  const seen = context();
  const first = (c: Context) => {
    note(c, 'first', 'a', 'proceed');
    return undefined;
  };
  const second = () => ({ status: 404, reason: 'unknown_did' as const, sentence: 'no such number' });
  const third = (c: Context) => {
    c.calls.push('third');
    return undefined;
  };
  t.match(runSteps([first, second, third], seen), { status: 404, reason: 'unknown_did' });
  t.strictSame(seen.calls, []);
  t.strictSame(seen.trace, [
    { step: 'first', saw: 'a', decided: 'proceed' },
    { step: 'second', saw: 'no such number', decided: '404 unknown_did' },
  ]);
});

t.test('a step that says nothing still leaves its name', async (t) => {
  const seen = context();
  function quiet() {
    return undefined;
  }
  t.equal(runSteps([quiet], seen), undefined);
  t.strictSame(seen.trace, [{ step: 'quiet', saw: '', decided: 'proceed' }]);
});

t.test('a lazily kept trace, once completed, is the one that runSteps keeps', async (t) => {
  const open = (refusing: number) => ({ trace: [] as TraceLine[], refusedAt: -1, refusing });
  type Context = ReturnType<typeof open>;
  const refusal = { status: 403, reason: 'trunk_suspended' as const, sentence: 'No.' };
  const quiet = () => undefined;
  function talking(context: Context) {
    note(context, 'talking', 'this', 'that');
    return context.refusing === 1 ? refusal : undefined;
  }
  const last = (context: Context) => (context.refusing === 2 ? refusal : undefined);
  const steps: readonly Step<Context>[] = [quiet, talking, last];
  for (const refusing of [1, 2]) {
    const eager = open(refusing);
    const lazy = open(refusing);
    t.equal(runSteps(steps, eager), runStepsLazily(steps, lazy));
    t.strictSame(completeTrace(steps, lazy, refusal), eager.trace);
  }
  t.equal(runStepsLazily(steps, open(0)), undefined);
});
