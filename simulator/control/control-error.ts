/** Why nothing happened, in a sentence for the person who asked. */
export class ControlError extends Error {}
