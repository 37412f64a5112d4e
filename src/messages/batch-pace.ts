/**
 * What batches may use of the sends that RingCentral allows, and how: the rest is there at once for a text that
 * somebody waits for, and when it is used up, room comes back evenly.
 */
export const batchPace = { share: 0.975, evenly: true }

/** A text that is sent by itself goes as soon as anything may. */
export const ownPace = { share: 1, evenly: false }
