import t from 'tap';
import { DatagramGroups } from './datagram-groups.ts';

t.test('groups leave in their order, and datagrams of a group in the order in which they came to it', async (t) => {
  const groups = new DatagramGroups(8);
  groups.begin();
  groups.begin();
  groups.join(0);
  groups.begin();
  groups.join(1);
  groups.join(0);
  groups.arrange();
  t.same([...groups.order.subarray(0, groups.datagrams)], [0, 2, 5, 1, 4, 3]);
  t.same([groups.datagrams, groups.groups], [6, 3]);
  t.same(
    [0, 1, 2, 3].map((group) => [groups.size(group), groups.place(group)]),
    [
      [3, 0],
      [2, 3],
      [1, 5],
      [0, 6],
    ],
  );
  t.same(
    [0, 1, 2, 3, 4, 5, 6].map((place) => groups.beginningAt(place)),
    [0, -1, -1, 1, -1, 2, -1],
  );
  t.same(
    [0, 1, 2, 3, 4, 5].map((datagram) => groups.groupOf(datagram)),
    [0, 1, 0, 2, 1, 0],
  );
});

t.test('what was there is forgotten', async (t) => {
  const groups = new DatagramGroups(2);
  groups.begin();
  groups.join(0);
  groups.clear();
  groups.begin();
  groups.begin();
  groups.arrange();
  t.same([...groups.order], [0, 1]);
  t.same([groups.size(0), groups.size(1)], [1, 1]);
});
