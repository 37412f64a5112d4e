const supported: Record<string, RegExp> = {
  image: /^(jpe?g|png|bmp|gif|tiff|svg\+xml|webp)$/,
  video: /^(3gpp|mp4|mpeg|msvideo|x-msvideo|x-flv|x-ms-wmv|quicktime|webm|ogg)$/,
  audio: /^(mpeg|mp3|mp4|x-m4a|ogg|wav|x-wav|vnd\.wave|amr)$/,
  text: /^(plain|html|csv|rtf|x-?vcard|vcard|calendar)$/,
  application: /^(zip|gzip|x-gzip|rtf|pdf|vcard)$/,
}

/** What carriers take in a picture message. */
export function isSupported(contentType: string): boolean {
  const [type = '', subtype = ''] = contentType.toLowerCase().split(';')[0]?.trim().split('/') ?? []
  return supported[type]?.test(subtype) ?? false
}
