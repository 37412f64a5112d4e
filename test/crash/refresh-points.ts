/** Where around a refresh a process can die, in the order in which it comes by. */
export const points = [
  'before the call',
  'after the response',
  'after the commit',
  'before first use',
] as const

export type Point = (typeof points)[number]
