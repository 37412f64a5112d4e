/** In international form, what may be one without its plus, and as people write them in North America. */
const phoneNumbers =
  /\+\d{7,15}\b|(?<![\w.])\d{10,15}(?![\w.])|(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b/g
/** API keys, client tokens and other JSON Web Tokens, and whatever else is long and random. */
const secrets =
  /\brql_\w+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|(?<![\w/.-])(?=[\w-]*\d)[\w-]{40,}(?![\w/-])/g

/** What addresses tell beside where they lead. */
const queries = /(?<=\bhttps?:\/\/[^\s?"']+)\?[^\s"']+/g

/** A sentence in which phone numbers end in their last four digits only, and secrets are left out. */
export function masked(sentence: string): string {
  return sentence
    .replace(queries, '?…')
    .replace(secrets, '[secret]')
    .replace(phoneNumbers, (number) => `…${number.slice(-4)}`)
}
