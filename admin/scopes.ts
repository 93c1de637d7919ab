/** The resources that scopes are about (A24); `admin` covers all of an account. */
export const SCOPE_RESOURCES = [
  'numbers',
  'trunks',
  'routing',
  'messages',
  'billing',
  'webhooks',
  'calls',
  'accounts',
] as const;

export type ScopeResource = (typeof SCOPE_RESOURCES)[number];
export type Scope = `${ScopeResource}:${'read' | 'write'}` | 'admin';

/** Every word that may stand in the `scopes` of a key. */
export const SCOPE_WORDS: readonly string[] = [
  'admin',
  ...SCOPE_RESOURCES.flatMap((resource) => [`${resource}:read`, `${resource}:write`, `${resource}:*`]),
];

/** Roles are sets of scopes, nothing else: what a person in that place needs. */
export const ROLES: Readonly<Record<'owner' | 'admin' | 'billing' | 'support' | 'read-only', readonly string[]>> = {
  owner: ['admin'],
  admin: SCOPE_RESOURCES.filter((resource) => resource !== 'billing').map((resource) => `${resource}:*`),
  billing: ['billing:*', 'numbers:read', 'accounts:read'],
  support: ['trunks:read', 'routing:read', 'calls:read', 'numbers:read', 'accounts:read', 'webhooks:read'],
  'read-only': SCOPE_RESOURCES.map((resource) => `${resource}:read`),
};

/** Whether those scopes allow the one asked for; `x:write` includes `x:read`. */
export function scopesAllow(granted: readonly string[], wanted: Scope): boolean {
  if (granted.includes('admin') || granted.includes('*')) return true;
  if (wanted === 'admin') return false;
  const resource = wanted.split(':', 1)[0] ?? '';
  if (granted.includes(`${resource}:*`) || granted.includes(wanted)) return true;
  return wanted.endsWith(':read') && granted.includes(`${resource}:write`);
}

/** The scopes among `asked` that a holder of `granted` may not hand on. */
export function scopesBeyond(granted: readonly string[], asked: readonly string[]): readonly string[] {
  return asked.filter((scope) => expand(scope).some((single) => !scopesAllow(granted, single)));
}

function expand(scope: string): readonly Scope[] {
  if (!scope.endsWith(':*')) return [scope as Scope];
  const resource = scope.slice(0, -2) as ScopeResource;
  return [`${resource}:read`, `${resource}:write`];
}
