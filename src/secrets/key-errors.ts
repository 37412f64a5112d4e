/**
 * An encryption key that is needed and is not there, or is there and is another one; or a data key that the
 * database has lost.
 */
export type KeyProblem = { keyId: string; values: number; is: 'missing' | 'wrong' | 'lost' }

/** What is stored cannot be opened with the encryption keys that were given. */
export class KeysRefusedError extends Error {
  override name = 'KeysRefusedError'
  constructor(problems: readonly KeyProblem[]) {
    super(problems.map(sentence).join(' '))
  }
}

function sentence({ keyId, values, is }: KeyProblem): string {
  const what =
    values === 1 ? '1 sealed value' : values ? `${values} sealed values` : 'what is sealed'
  if (is === 'lost') {
    return `The data key "${keyId}" is not in the table DataKey any more, and ${what} in the database cannot be opened without it. Bring its row back from a backup; nothing was changed.`
  }
  const advice =
    'Put the right one back (in ENCRYPTION_KEYS, or as encryption-key in DATA_DIR); nothing was changed.'
  return is === 'missing'
    ? `The encryption key "${keyId}" is missing, and ${what} in the database cannot be opened without it. ${advice}`
    : `The encryption key "${keyId}" is not the one that sealed ${what} in the database. ${advice}`
}
