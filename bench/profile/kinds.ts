import type { Frame } from './stacks.ts';

/** What kind of code a sample fell into. */
export const KINDS = [
  'JavaScript',
  'builtins of V8',
  'regular expressions',
  'C++ of V8, Node, libuv',
  'OpenSSL',
  'memory and text of libc',
  'SQLite',
  'system',
] as const;

export type Kind = (typeof KINDS)[number];

/** Anywhere in a stack: what V8 does on its own account, whoever was interrupted. */
const COLLECTION =
  /v8::internal::(?:Heap::(?:CollectGarbage|PerformGarbage|StartIncremental|FinalizeIncremental)|Scavenge|MarkCompact|IncrementalMarking|.*Sweeper|SafepointScope|ScavengeJob|MinorGC)/;
const COMPILING =
  /v8::internal::(?:Compiler::|OptimizedCompilationJob|TurbofanCompilationJob|OptimizingCompile|maglev::|compiler::|baseline::|TieringManager|Runtime_(?:CompileOptim|CompileLazy|CompileBase|Optimize|.*OSR))/;

const BY_NAME: readonly (readonly [RegExp, Kind])[] = [
  [/RegExp/, 'regular expressions'],
  [/^JS:/, 'JavaScript'],
  [/^(?:Builtins_|Builtin:|BytecodeHandler:|Stub:)/, 'builtins of V8'],
  [/^(?:EVP_|MD5|md5_|SHA\d|sha\d|HMAC|ossl_|OPENSSL_|CRYPTO_)/, 'OpenSSL'],
];

export function isCollection(frames: readonly Frame[]): boolean {
  return frames.some(({ name, file }) => file === undefined && COLLECTION.test(name));
}

export function isCompiling(frames: readonly Frame[]): boolean {
  return frames.some(({ name, file }) => file === undefined && COMPILING.test(name));
}

/** Of the innermost frame. */
export function kindOf({ name, file, from }: Frame): Kind {
  if (file !== undefined) return 'JavaScript';
  if (/kernel|vdso/.test(from)) return 'system';
  if (from.includes('sqlite')) return 'SQLite';
  if (/\/lib(?:c|m|stdc\+\+|pthread)[.-]/.test(from)) return 'memory and text of libc';
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? 'C++ of V8, Node, libuv';
}
