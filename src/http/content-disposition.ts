/**
 * How a file is called, for browsers of any age: in plain letters, and where that leaves something out, as it is (RFC 6266).
 * What a name holds never ends the header, nor the name.
 */
export function contentDisposition(isShown: boolean, fileName: string): string {
  const plain = fileName.replace(/[^\w.-]/g, '_')
  const whole = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const also = plain === fileName ? '' : `; filename*=UTF-8''${whole}`
  return `${isShown ? 'inline' : 'attachment'}; filename="${plain}"${also}`
}
