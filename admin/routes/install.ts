import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';

/** One route file's contribution. */
export type InstallRoutes = (define: DefineRoute, deps: AdminDeps) => void;
