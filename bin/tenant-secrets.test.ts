import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readSecrets } from './tenant-secrets.ts';

t.test(
  'references are read from the environment and beside the tenant file; what is missing is left out',
  async (t) => {
    const dir = t.testdir({ 'office.secret': 'from a file\n' });
    const file = join(dir, 'tenants.yaml');
    const trunk = (name: string, reference: string) => `      - { name: ${name}, password: ${reference} }\n`;
    const yaml = `version: 1\naccounts:\n  - name: Acme\n    trunks:\n${[
      trunk('A', '{ env: OFFICE }'),
      trunk('B', '{ file: office.secret }'),
      trunk('C', '{ env: NOBODY }'),
      trunk('D', '{ "file": nowhere }'),
    ].join('')}`;
    writeFileSync(file, yaml);
    t.same(readSecrets(yaml, file, { OFFICE: 'from outside', OTHER: 'x' }), {
      'env:OFFICE': 'from outside',
      'file:office.secret': 'from a file',
    });
    t.same(readSecrets('version: 1\naccounts: [{ name: environment }]\n', file, { name: 'x' }), {});
    t.same(readSecrets('env: [broken', file, {}), {}, 'what is no YAML is told by the server, with its line');
  },
);
