import { parseSipUri } from '../auth/index.ts';
import type { TrunkRecord } from '../bus/index.ts';
import { type Binding, isConnection } from './binding.ts';
import type { ContactSpec } from './parse-contacts.ts';
import { uriEquals } from './uri-equals.ts';

/** The parts of a REGISTER that decide which bindings it touches. */
export interface RegisterFacts {
  readonly callId: string;
  readonly sourceAddress: string;
  readonly contacts: readonly ContactSpec[];
  readonly trunk: Pick<TrunkRecord, 'maxContacts' | 'contactPolicy'>;
  readonly isFlowOpen: (flowId: string) => boolean;
  /** Whether a doubtful binding can be asked for a sign of life. */
  readonly canProbe: boolean;
  /** Whether it is being asked since an earlier REGISTER. */
  readonly isAsked: (binding: Binding) => boolean;
}

/** What a REGISTER does to the bindings of its trunk; nothing is done yet. */
export interface UpdatePlan {
  /** In the order of the request; `binding` is updated, `undefined` makes a new one. */
  readonly puts: readonly { readonly contact: ContactSpec; readonly binding: Binding | undefined }[];
  /** Bindings that the PBX took back. */
  readonly unregistered: readonly Binding[];
  /** Bindings that give way to a new one. */
  readonly replaced: readonly Binding[];
  /** Perhaps the same PBX before it moved: each gives way if it does not answer now. */
  readonly doubtful: readonly Binding[];
  readonly isOverLimit: boolean;
}

/** The replacement rules of interface.md, Bindings, over the bindings that the trunk has now. */
export function planUpdate(existing: readonly Binding[], facts: RegisterFacts): UpdatePlan {
  return planRefresh(existing, facts) ?? planAny(existing, facts);
}

/** The one binding of a trunk, registered again under the same Contact: what nearly every REGISTER is. */
function planRefresh(existing: readonly Binding[], facts: RegisterFacts): UpdatePlan | undefined {
  const [contact] = facts.contacts;
  const [binding] = existing;
  if (existing.length !== 1 || facts.contacts.length !== 1 || contact === undefined || binding === undefined) {
    return undefined;
  }
  if (binding.contact !== contact.uri || contact.expiresSec === 0 || isOtherFlow(binding, contact)) return undefined;
  return { puts: [{ contact, binding }], unregistered: [], doubtful: [], replaced: [], isOverLimit: false };
}

function planAny(existing: readonly Binding[], facts: RegisterFacts): UpdatePlan {
  const matched = new Set<Binding>();
  const unregistered: Binding[] = [];
  const puts: { contact: ContactSpec; binding: Binding | undefined }[] = [];
  for (const contact of distinct(facts.contacts)) {
    const binding = findSame(existing, contact, matched);
    if (binding !== undefined) matched.add(binding);
    if (contact.expiresSec !== 0) puts.push({ contact, binding });
    else if (binding !== undefined) unregistered.push(binding);
  }
  const fresh = puts.filter((put) => put.binding === undefined).map((put) => put.contact);
  const rest = existing.filter((binding) => !matched.has(binding));
  const replaced = fresh.length === 0 ? [] : rest.filter((binding) => isReplaced(binding, fresh, facts));
  const others = rest.filter((binding) => !replaced.includes(binding));
  // A client that keeps making up contacts does not get more room by it.
  const isCrowded = existing.length >= 2 * facts.trunk.maxContacts;
  const doubtful = facts.canProbe && !isCrowded ? others.filter((binding) => isMoved(binding, fresh, facts)) : [];
  return { puts, unregistered, doubtful, ...fitLimit(facts, puts.length, others, doubtful, replaced, fresh.length) };
}

/** RFC 3261 section 10.3 step 7: each Contact in turn, so that of several for one binding the last one counts. */
function distinct(contacts: readonly ContactSpec[]): readonly ContactSpec[] {
  if (contacts.length < 2) return contacts;
  const isSame = (a: ContactSpec, b: ContactSpec) => uriEquals(a.uri, b.uri) && !isOtherFlow(a, b);
  return contacts.filter((contact, index) => !contacts.slice(index + 1).some((later) => isSame(contact, later)));
}

/** Equal URIs first (RFC 3261 section 19.1.4), then the same instance and reg-id (RFC 5626 section 6). */
function findSame(
  existing: readonly Binding[],
  contact: ContactSpec,
  taken: ReadonlySet<Binding>,
): Binding | undefined {
  const free = existing.filter((binding) => !taken.has(binding));
  return (
    free.find((binding) => uriEquals(binding.contact, contact.uri) && !isOtherFlow(binding, contact)) ??
    free.find(
      (binding) =>
        contact.instance !== null && binding.instance === contact.instance && binding.regId === contact.regId,
    )
  );
}

/** Two flows of one instance stand side by side (RFC 5626 section 6). */
function isOtherFlow(binding: Pick<Binding, 'instance' | 'regId'>, contact: ContactSpec): boolean {
  return (
    contact.instance !== null &&
    binding.instance === contact.instance &&
    binding.regId !== null &&
    contact.regId !== null &&
    binding.regId !== contact.regId
  );
}

function isReplaced(binding: Binding, fresh: readonly ContactSpec[], facts: RegisterFacts): boolean {
  if (binding.callId === facts.callId) return !fresh.some((contact) => isOtherFlow(binding, contact));
  return isMoved(binding, fresh, facts) && isDead(binding, facts);
}

/** The same source address and Contact user: it may be the same PBX from a new port (P8, P17). */
function isMoved(binding: Binding, fresh: readonly ContactSpec[], facts: RegisterFacts): boolean {
  if (binding.sourceAddress !== facts.sourceAddress) return false;
  const user = parseSipUri(binding.contact)?.user;
  return fresh.some((contact) => contact.user === user && !isOtherFlow(binding, contact));
}

function isDead(binding: Binding, facts: RegisterFacts): boolean {
  if (binding.liveness === 'silent') return true;
  return isConnection(binding.transport) && !facts.isFlowOpen(binding.flowId);
}

/** Only now the limit of the trunk, among those of whom nothing is asked; the others get what room they leave. */
function fitLimit(
  facts: RegisterFacts,
  count: number,
  others: readonly Binding[],
  doubtful: readonly Binding[],
  replaced: readonly Binding[],
  freshCount: number,
): Pick<UpdatePlan, 'replaced' | 'isOverLimit'> {
  const { maxContacts, contactPolicy } = facts.trunk;
  const settled = others.filter((binding) => !doubtful.includes(binding) && !facts.isAsked(binding));
  const excess = count + settled.length - maxContacts;
  if (count > maxContacts) return { replaced, isOverLimit: true };
  if (excess <= 0 || freshCount === 0) return { replaced, isOverLimit: false };
  const silent = settled.filter((binding) => binding.liveness === 'silent');
  if (contactPolicy === 'reject' && excess > silent.length) return { replaced, isOverLimit: true };
  const oldest = settled.toSorted((a, b) => rank(a) - rank(b)).slice(0, excess);
  return { replaced: [...replaced, ...oldest], isOverLimit: false };
}

/** Silent ones go first, then the oldest. */
function rank(binding: Binding): number {
  return binding.liveness === 'silent' ? binding.order - Number.MAX_SAFE_INTEGER / 2 : binding.order;
}
