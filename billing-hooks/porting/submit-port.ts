import {
  createPorting,
  findDid,
  getTrunk,
  numbersInPorting,
  type PortingRow,
  type Ref,
  type StoreContext,
  TenancyError,
} from '../../tenancy/index.ts';
import { describeNumber, monthlyRateOf } from '../inventory/index.ts';

export interface PortingRequest {
  readonly accountId: number;
  readonly numbers: readonly string[];
  readonly currentProvider: string;
  readonly accountReference: string;
  readonly pin: string | null;
  /** Where calls go from the first moment on. */
  readonly trunk: Ref | null;
  readonly earliestMs: number | null;
}

/**
 * Writes a porting order down; `workOnPorts` hands it to the carrier. Call it within `store.write`.
 * @throws TenancyError `validation_failed`, `conflict`, naming the number
 */
export async function submitPort(context: StoreContext, request: PortingRequest): Promise<PortingRow> {
  const { accountId, trunk, ...order } = request;
  const numbers = request.numbers.map((text, index) => portable(text, `numbers[${index}]`));
  if (new Set(numbers).size < numbers.length) throw fault('numbers', 'the same number twice');
  for (const [index, number] of numbers.entries())
    if ((await findDid(context, number, null)) !== undefined) throw taken(index, `${number} is on this server already`);
  const [coming] = await numbersInPorting(context, numbers);
  if (coming !== undefined) throw taken(numbers.indexOf(coming), `${coming} is being ported already`);
  if (order.earliestMs !== null && order.earliestMs < context.clock.nowMs())
    throw fault('port_on', 'must not be in the past');
  const trunkId = trunk === null ? null : (await getTrunk(context, trunk, new Set([accountId]))).id;
  return createPorting(context, { ...order, accountId, numbers, trunkId });
}

function portable(text: string, field: string): string {
  const facts = describeNumber(text);
  if (facts === undefined) throw fault(field, `${text} is no number such as +31201234567`);
  const { number, country, type } = facts;
  if (country === undefined || type === undefined || monthlyRateOf(country, type) === undefined)
    throw fault(field, `${number} is of a kind that is not carried here`);
  return number;
}

function fault(field: string, problem: string): TenancyError {
  return new TenancyError('validation_failed', `${field}: ${problem}`, { field });
}

function taken(index: number, problem: string): TenancyError {
  const field = `numbers[${index}]`;
  return new TenancyError('conflict', `${field}: ${problem}`, { field });
}
