const rate = 8000
const header = 44
const longest = 600
const made = new Map<number, Uint8Array>()

/** So many seconds of a beep: a real sound file, and the same for everybody. */
export function tone(seconds: number): Uint8Array {
  const length = Math.min(Math.max(1, Math.round(seconds)), longest)
  const file = made.get(length) ?? wave(length * rate)
  made.set(length, file)
  return file
}

function wave(samples: number): Uint8Array {
  const file = Buffer.alloc(header + samples)
  file.write('RIFF', 0)
  file.writeUInt32LE(36 + samples, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20) // PCM
  file.writeUInt16LE(1, 22) // mono
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(rate, 28)
  file.writeUInt16LE(1, 32)
  file.writeUInt16LE(8, 34)
  file.write('data', 36)
  file.writeUInt32LE(samples, 40)
  for (let index = 0; index < samples; index++) {
    file[header + index] = 128 + Math.round(90 * Math.sin((index / rate) * 2 * Math.PI * 880))
  }
  return file
}
