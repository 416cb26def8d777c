//! Sealed audio: chunks of one size, each of which can be opened on its own.
//!
//! ```text
//! "VGA1" | key id, 8 bytes | chunk size, 4 bytes big-endian | salt, 24 bytes | chunk 0 | chunk 1 | ...
//! ```
//!
//! All chunks but the last hold exactly the chunk size, and each is followed by a tag of 16 bytes. This is
//! the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015): a key of its own for each stream,
//! derived from header and caller's data, and a nonce made of the chunk's index and whether it is the last.
//! So a chunk opens at its own place in its own stream only, and a stream without its last chunk is
//! incomplete. The tags cost 16 bytes in 64 KiB; any chunk is found by its index alone.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};

use super::{KeyRing, SealError, SealKey};
use crate::key::KeyId;

/// A size of chunk that costs next to nothing: 64 KiB.
pub const CHUNK_BYTES: u32 = 64 * 1024;
/// Length of the salt in bytes. Drawn at random for each stream.
pub const SALT_BYTES: usize = 24;
/// Length of the header in bytes.
pub const HEADER_BYTES: usize = 4 + KeyId::BYTES + 4 + SALT_BYTES;
/// Length of a chunk's tag in bytes.
pub const TAG_BYTES: usize = 16;

const MAGIC: [u8; 4] = *b"VGA1";
const WHAT: &str = "a sealed stream";
const MIN_CHUNK_BYTES: u32 = 64;
const MAX_CHUNK_BYTES: u32 = 16 << 20;

/// Seals a stream piece by piece.
pub struct Writer {
    cipher: ChaCha20Poly1305,
    chunk: usize,
    index: u64,
    /// What does not fill a chunk yet, or fills one that may turn out to be the last.
    held: Vec<u8>,
    ended: bool,
}

impl Writer {
    /// A stream sealed with the ring's active key and bound to `about`; `salt` must be random and new.
    /// Returns the header, which comes first.
    pub fn new(
        ring: &KeyRing,
        about: &[u8],
        salt: [u8; SALT_BYTES],
        chunk_bytes: u32,
    ) -> Result<(Self, Vec<u8>), SealError> {
        check_chunk_bytes(chunk_bytes)?;
        let key = ring.active();
        let header = [&MAGIC[..], key.id().as_bytes(), &chunk_bytes.to_be_bytes(), &salt].concat();
        let cipher = cipher(key, &header, about);
        let chunk = chunk_bytes as usize;
        Ok((Self { cipher, chunk, index: 0, held: Vec::with_capacity(chunk), ended: false }, header))
    }

    /// Seals what is full so far and appends it to `output`.
    pub fn push(&mut self, mut plain: &[u8], output: &mut Vec<u8>) -> Result<(), SealError> {
        if self.ended {
            return Err(SealError::Ended);
        }
        // A full chunk waits for one more byte: only then is it known not to be the last.
        while self.held.len() + plain.len() > self.chunk {
            let (now, later) = plain.split_at_checked(self.chunk - self.held.len()).unwrap_or((plain, &[]));
            let begin = output.len();
            output.extend_from_slice(&self.held);
            output.extend_from_slice(now);
            self.seal_tail(begin, false, output)?;
            self.held.clear();
            plain = later;
        }
        self.held.extend_from_slice(plain);
        Ok(())
    }

    /// Seals the last chunk, which may be empty, and appends it to `output`.
    pub fn finish(&mut self, output: &mut Vec<u8>) -> Result<(), SealError> {
        if self.ended {
            return Err(SealError::Ended);
        }
        let begin = output.len();
        output.extend_from_slice(&self.held);
        self.seal_tail(begin, true, output)?;
        zeroize::Zeroize::zeroize(&mut self.held);
        self.ended = true;
        Ok(())
    }

    fn seal_tail(&mut self, begin: usize, last: bool, output: &mut Vec<u8>) -> Result<(), SealError> {
        let body = output.get_mut(begin..).unwrap_or_default();
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce(self.index, last), &[], body.into())
            .map_err(|_| SealError::NotAuthentic)?;
        output.extend_from_slice(&tag);
        self.index += 1;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.held);
    }
}

/// Opens chunks of one stream, in any order.
pub struct Reader {
    cipher: ChaCha20Poly1305,
    chunk: usize,
}

impl Reader {
    /// A reader of the stream that begins with `header`, bound to `about`.
    pub fn new(ring: &KeyRing, header: &[u8], about: &[u8]) -> Result<Self, SealError> {
        let form = || SealError::Form { expected: WHAT };
        let header = header.get(..HEADER_BYTES).ok_or_else(form)?;
        let rest = header.strip_prefix(&MAGIC).ok_or_else(form)?;
        let (id, rest) = rest.split_first_chunk::<{ KeyId::BYTES }>().ok_or_else(form)?;
        let chunk_bytes = u32::from_be_bytes(*rest.first_chunk().ok_or_else(form)?);
        check_chunk_bytes(chunk_bytes)?;
        let key = ring.find(KeyId::from_bytes(*id))?;
        Ok(Self { cipher: cipher(key, header, about), chunk: chunk_bytes as usize })
    }

    /// Bytes that every chunk but the last holds.
    pub fn chunk_bytes(&self) -> usize {
        self.chunk
    }

    /// How many chunks a sealed stream of `sealed_bytes`, header included, has.
    pub fn chunks(&self, sealed_bytes: u64) -> Result<u64, SealError> {
        let body = sealed_bytes.checked_sub(HEADER_BYTES as u64);
        let body = body.filter(|body| *body >= TAG_BYTES as u64);
        body.map(|body| body.div_ceil(self.stride())).ok_or(SealError::Form { expected: WHAT })
    }

    /// Where chunk `index` of a sealed stream begins, in bytes from the start of its header.
    pub fn offset(&self, index: u64) -> u64 {
        (HEADER_BYTES as u64).saturating_add(index.saturating_mul(self.stride()))
    }

    fn stride(&self) -> u64 {
        (self.chunk + TAG_BYTES) as u64
    }

    /// Opens the chunk with this index; `last` says whether it is claimed to be the last. Appends the
    /// plain bytes to `output`, which stays as it was when the chunk is not authentic.
    pub fn open_chunk(
        &self,
        index: u64,
        last: bool,
        sealed: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let accepted = if last { "16 to the chunk size and 16" } else { "the chunk size and 16" };
        let refused = || SealError::Chunk { index, bytes: sealed.len(), accepted };
        let (body, tag) = sealed.split_last_chunk::<TAG_BYTES>().ok_or_else(refused)?;
        let fits = if last { body.len() <= self.chunk } else { body.len() == self.chunk };
        if !fits {
            return Err(refused());
        }
        let begin = output.len();
        output.extend_from_slice(body);
        let opened = self.cipher.decrypt_inout_detached(
            &nonce(index, last),
            &[],
            output.get_mut(begin..).unwrap_or_default().into(),
            &Tag::from(*tag),
        );
        if opened.is_err() {
            output.truncate(begin);
            return Err(SealError::NotAuthentic);
        }
        Ok(())
    }
}

/// Seals all of `plain` at once.
pub fn seal(
    ring: &KeyRing,
    plain: &[u8],
    about: &[u8],
    salt: [u8; SALT_BYTES],
    chunk_bytes: u32,
) -> Result<Vec<u8>, SealError> {
    let (mut writer, mut output) = Writer::new(ring, about, salt, chunk_bytes)?;
    let chunks = plain.len() / writer.chunk + 1;
    output.reserve(plain.len() + chunks * TAG_BYTES);
    writer.push(plain, &mut output)?;
    writer.finish(&mut output)?;
    Ok(output)
}

/// Opens a whole sealed stream.
pub fn open(ring: &KeyRing, sealed: &[u8], about: &[u8]) -> Result<Vec<u8>, SealError> {
    let reader = Reader::new(ring, sealed, about)?;
    let chunks = reader.chunks(sealed.len() as u64)?;
    let mut output = Vec::with_capacity(sealed.len());
    let body = sealed.get(HEADER_BYTES..).unwrap_or_default();
    for (index, chunk) in body.chunks(reader.chunk + TAG_BYTES).enumerate() {
        let last = index as u64 + 1 == chunks;
        reader.open_chunk(index as u64, last, chunk, &mut output)?;
    }
    Ok(output)
}

fn check_chunk_bytes(bytes: u32) -> Result<(), SealError> {
    let accepted = (MIN_CHUNK_BYTES..=MAX_CHUNK_BYTES).contains(&bytes);
    if accepted { Ok(()) } else { Err(SealError::ChunkBytes { bytes }) }
}

fn cipher(key: &SealKey, header: &[u8], about: &[u8]) -> ChaCha20Poly1305 {
    // The header has one length, so that header and data need no frame between them.
    let bound = [header, about].concat();
    ChaCha20Poly1305::new(&(*key.secret("stream", &bound)).into())
}

fn nonce(index: u64, last: bool) -> Nonce {
    let mut nonce = [0u8; 12];
    let bytes = index.to_be_bytes().into_iter().chain([u8::from(last)]);
    nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring() -> KeyRing {
        KeyRing::new(SealKey::from_bytes(&[1; 32]).unwrap())
    }

    fn audio(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|n| (n * 31 % 251) as u8).collect()
    }

    /// A small generator, so that a failing try can be had again.
    struct Draw(u64);
    impl Draw {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((self.0 >> 33) % bound as u64) as usize
        }
    }

    #[test]
    fn every_flipped_bit_and_every_dropped_swapped_or_repeated_chunk_of_100_000_tries_is_noticed() {
        let (ring, plain) = (ring(), audio(10 * 64 + 17));
        let sealed = seal(&ring, &plain, b"a", [2; 24], 64).unwrap();
        let other = seal(&ring, &plain, b"a", [3; 24], 64).unwrap();
        let chunks = |whole: &[u8]| -> Vec<Vec<u8>> {
            whole[HEADER_BYTES..].chunks(64 + TAG_BYTES).map(<[u8]>::to_vec).collect()
        };
        let mut draw = Draw(7);
        for turn in 0..100_000 {
            let mut pieces = chunks(&sealed);
            let (a, b) = (draw.below(pieces.len()), draw.below(pieces.len()));
            let mut changed = sealed[..HEADER_BYTES].to_vec();
            match turn % 6 {
                0 => {
                    let mut whole = sealed.clone();
                    let bit = draw.below(whole.len() * 8);
                    whole[bit / 8] ^= 1 << (bit % 8);
                    assert!(open(&ring, &whole, b"a").is_err(), "bit {bit}");
                    continue;
                }
                1 => drop(pieces.remove(a)),
                2 if a == b => continue,
                2 => pieces.swap(a, b),
                3 => {
                    let again = pieces[a].clone();
                    pieces.insert(b, again);
                }
                4 => pieces[a] = chunks(&other)[a].clone(),
                _ => pieces.truncate(a),
            }
            changed.extend(pieces.concat());
            assert!(open(&ring, &changed, b"a").is_err(), "turn {turn}: {a}, {b}");
        }
    }

    #[test]
    fn any_chunk_opens_on_its_own() {
        let (ring, plain) = (ring(), audio(1000));
        let sealed = seal(&ring, &plain, b"", [2; 24], 64).unwrap();
        let reader = Reader::new(&ring, &sealed, b"").unwrap();
        let chunks = reader.chunks(sealed.len() as u64).unwrap();
        assert_eq!(chunks, 16);
        for index in (0..chunks).rev() {
            let begin = reader.offset(index) as usize;
            let end = (begin + 64 + TAG_BYTES).min(sealed.len());
            let mut out = Vec::new();
            reader.open_chunk(index, index + 1 == chunks, &sealed[begin..end], &mut out).unwrap();
            let from = index as usize * 64;
            assert_eq!(out, plain[from..(from + 64).min(1000)]);
        }
    }

    #[test]
    fn a_stream_belongs_to_what_it_was_bound_to() {
        let sealed = seal(&ring(), &audio(100), b"utterance 1", [2; 24], 64).unwrap();
        assert_eq!(open(&ring(), &sealed, b"utterance 2"), Err(SealError::NotAuthentic));
        assert_eq!(seal(&ring(), b"", b"", [0; 24], 63), Err(SealError::ChunkBytes { bytes: 63 }));
    }

    proptest! {
        #[test]
        fn chunking_of_what_is_written_does_not_matter(
            lengths in prop::collection::vec(0usize..200, 0..12),
        ) {
            let plain = audio(lengths.iter().sum());
            let (mut writer, mut sealed) = Writer::new(&ring(), b"", [4; 24], 64).unwrap();
            let mut rest = plain.as_slice();
            for length in lengths {
                let (now, later) = rest.split_at(length);
                writer.push(now, &mut sealed).unwrap();
                rest = later;
            }
            writer.finish(&mut sealed).unwrap();
            prop_assert_eq!(&sealed, &seal(&ring(), &plain, b"", [4; 24], 64).unwrap());
            prop_assert_eq!(open(&ring(), &sealed, b"").unwrap(), plain);
            prop_assert_eq!(writer.push(b"more", &mut sealed), Err(SealError::Ended));
        }
    }
}
