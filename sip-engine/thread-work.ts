/**
 * How long this thread has worked since it began (ms): the time in which the processor was others' is not in it. On a Node
 * that cannot tell, the time that has passed.
 */
export function threadWorkMs(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
