import t from 'tap';
import { RefusalCredit } from './refusal-credit.ts';

const spendAll = (credit: RefusalCredit, owner: string) => {
  let told = 0;
  while (credit.spend(owner)) told += 1;
  return told;
};

t.test('each peer has its own, earned by calls of its that are taken up', (t) => {
  const credit = new RefusalCredit();
  t.equal(credit.isUsed, false);
  t.equal(spendAll(credit, 'a'), 32);
  t.equal(credit.has('b'), true);
  for (let call = 0; call < 10; call++) credit.earn('a');
  t.equal(spendAll(credit, 'a'), 5);
  for (let call = 0; call < 1000; call++) credit.earn('a');
  t.equal(spendAll(credit, 'a'), 32, 'no more than at once may come');
  credit.clear();
  t.equal(credit.isUsed, false);
  t.end();
});

t.test('many peers together may not take up the thread: who comes later begins with less', (t) => {
  const credit = new RefusalCredit();
  const told = Array.from({ length: 5000 }, (_, owner) => spendAll(credit, `o${owner}`));
  t.same(told.slice(0, 4), [32, 16, 10, 8]);
  t.ok(told.reduce((sum, one) => sum + one) < 200);
  t.end();
});

t.test('who had nothing to begin with is told, too, once calls of its are taken up', (t) => {
  const credit = new RefusalCredit();
  for (let owner = 0; owner < 100; owner++) credit.spend(`o${owner}`);
  t.equal(credit.has('late'), false);
  for (let call = 0; call < 4; call++) credit.earn('late');
  t.equal(spendAll(credit, 'late'), 2);
  t.end();
});

t.test('of more peers than are remembered the others share one', (t) => {
  const credit = new RefusalCredit();
  for (let owner = 0; owner < 2000; owner++) {
    credit.spend(`o${owner}`);
    for (let call = 0; call < 4; call++) credit.earn(`o${owner}`);
  }
  t.ok(spendAll(credit, 'o1000') <= 2);
  t.equal(spendAll(credit, 'o1500'), 32);
  t.equal(spendAll(credit, 'o1600'), 0, 'they were the same ones');
  t.end();
});
