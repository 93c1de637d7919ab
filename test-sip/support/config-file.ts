import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, tempDir } from './temp-dir.ts';

/** The environment that makes the product read these settings (YAML). */
export function configFile(t: Test, text: string): { readonly DIDFARM_CONFIG: string } {
  const file = join(tempDir(t), 'didfarm.yaml');
  writeFileSync(file, text);
  return { DIDFARM_CONFIG: file };
}
