import t from 'tap';
import { note, runSteps, type Traced } from './index.ts';

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
