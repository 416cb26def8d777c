//! Sounds to mark: something with all frequencies in it, the same each time.

/// Noise that swells and fades, `seconds` long, interleaved.
pub fn noise(seconds: usize, rate: u32, channels: u16) -> Vec<f32> {
    let frames = seconds * rate as usize;
    let mut state = 1u32;
    let mut sample = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    let swell = |frame: usize| 0.6 + 0.4 * (frame as f32 / rate as f32 * 7.0).sin();
    (0..frames * usize::from(channels)).map(|n| swell(n / usize::from(channels)) * sample()).collect()
}

/// The same in 16 bits.
#[allow(dead_code, reason = "not every test that has this module speaks both kinds")]
pub fn noise_i16(seconds: usize, rate: u32, channels: u16) -> Vec<i16> {
    noise(seconds, rate, channels).into_iter().map(|sample| (sample * 32_767.0) as i16).collect()
}
