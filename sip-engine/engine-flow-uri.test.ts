import t from 'tap';
import { takeFlowParameter, withFlowParameter } from './engine-flow-uri.ts';
import { fc } from './testing-properties.ts';

t.test('the flow parameter is taken out and decoded, wherever it stands', (t) => {
  const cases = [
    ['sip:a@b', { uri: 'sip:a@b', flowId: undefined }],
    ['sip:a@b;flow=tcp%2F17', { uri: 'sip:a@b', flowId: 'tcp/17' }],
    ['sip:a@b;flow=tcp%2F17;lr', { uri: 'sip:a@b;lr', flowId: 'tcp/17' }],
    ['<sip:a@b;lr;FLOW=x>;q=1', { uri: '<sip:a@b;lr>;q=1', flowId: 'x' }],
    ['sip:a@b;flow=x?Subject=y', { uri: 'sip:a@b?Subject=y', flowId: 'x' }],
    ['sip:a@b;flow=', { uri: 'sip:a@b', flowId: '' }],
    ['sip:a@b;flow=%zz', { uri: 'sip:a@b', flowId: '%zz' }],
    ['sip:a@b;overflow=1', { uri: 'sip:a@b;overflow=1', flowId: undefined }],
  ] as const;
  for (const [text, expected] of cases) t.same(takeFlowParameter(text), expected, text);
  t.end();
});

t.test('what is put in comes out', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('sip:a@b', 'sip:b;lr', '<sip:a@b;lr>', 'sip:a?x=y'), (flowId, uri) => {
      const taken = takeFlowParameter(withFlowParameter(uri, flowId));
      return taken.uri === uri && taken.flowId === flowId;
    }),
  );
  t.pass('for random ids');
  t.end();
});
