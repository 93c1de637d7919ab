import type { Product } from './product.ts';
import { until } from './wait.ts';

type Line = Readonly<Record<string, unknown>>;

/** The first log line that fits, as soon as it is there: SIP's are written some times a second. */
export async function logged(product: Product, what: string, fits: (line: Line) => boolean): Promise<Line> {
  await until(`the log says ${what}`, () => product.log().some(fits));
  return product.log().find(fits) ?? {};
}
