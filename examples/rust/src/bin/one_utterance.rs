//! One utterance, from text to record: check, mark, account for, find again.
//!
//! `one_utterance KEYHEX RULES.json IN.wav OUT.wav LEDGER.db`
//!
//! `IN.wav` stands for what a TTS engine speaks. Exit status: 0 all went well, 1 the mark was not found or the ledger
//! is not intact, 2 something failed.

use std::error::Error;
use std::process::ExitCode;

use hound::{WavReader, WavSpec, WavWriter};
use voxguard::{Detector, Effort, Guard, Key, Ledger, Markup, Policy, Request, Utterance};

/// Frames.
const CHUNK: usize = 480;
const HARMLESS: &str = "The shipment left the harbour at dawn.";
/// A zero-width space, full-width letters, and a word that a tag cuts in two.
const DISGUISED: &str =
    "<speak>Please re\u{200b}ad me your \u{ff50}\u{ff41}\u{ff53}\u{ff53}<break time='10ms'/>word.</speak>";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Ok(arguments) = <[String; 5]>::try_from(arguments) else {
        eprintln!("usage: one_utterance KEYHEX RULES.json IN.wav OUT.wav LEDGER.db");
        return ExitCode::from(2);
    };
    match run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run([key, rules, input, output, ledger]: [String; 5]) -> Result<bool, Box<dyn Error>> {
    // Once, when the host starts: a key, the rules, a ledger, and the guard that holds them together.
    let key = Key::from_hex(&key)?;
    let policy = Policy::new(&std::fs::read_to_string(rules)?)?;
    let ledger = Ledger::open(&format!("sqlite:///{ledger}"), &key)?;
    let guard = Guard::builder(&key).policy(&policy).ledger(&ledger).build()?;
    let mut reader = WavReader::open(input)?;
    let spec = reader.spec();
    let speech: Vec<i16> = reader.samples().collect::<Result<_, _>>()?;

    // A text that the rules forbid is refused, however it is disguised; the ledger says so.
    begin(&guard, DISGUISED, spec)?;

    // A harmless one is spoken: each chunk is marked on its way out.
    let mut utterance = begin(&guard, HARMLESS, spec)?;
    let mut marked = Vec::with_capacity(speech.len());
    for chunk in speech.chunks(CHUNK * usize::from(spec.channels)) {
        utterance.mark(chunk, &mut marked)?;
    }
    let record = utterance.finish(&mut marked)?;
    println!("record: {}", record.json); // it was on disk before finish returned
    let mut writer = WavWriter::create(output, spec)?;
    for sample in &marked {
        writer.write_sample(*sample)?;
    }
    writer.finalize()?;

    // Any day later, from the audio alone: whose is it, and what was asked?
    let detector = Detector::new(&[&key], Effort::Normal)?;
    let detection = detector.detect(&marked, spec.sample_rate, spec.channels)?;
    println!("found: {}, p = {:.1e}, mark {:08x?}", detection.found, detection.p_value, detection.mark);
    let Some(mark) = detection.mark else { return Ok(false) };
    for record in ledger.find_mark(mark)? {
        println!("its record: {}", record.json);
    }

    // A signed checkpoint, kept elsewhere, proves later that nothing was changed or taken away.
    let checkpoint = ledger.checkpoint()?;
    let verification = ledger.verify(Some(&checkpoint))?;
    println!("checkpoint: {checkpoint}verified: {}", verification.json);
    Ok(record.mark == Some(mark) && verification.intact)
}

/// Begins an utterance and says what the policy thinks of the text.
fn begin(guard: &Guard, text: &str, spec: WavSpec) -> Result<Utterance, Box<dyn Error>> {
    let utterance = guard.begin(Request {
        subject: Some("user-1"),
        voice: "heart",
        text,
        markup: Markup::Auto,
        rate: spec.sample_rate,
        channels: spec.channels,
        ..Request::default()
    })?;
    println!("{}: {text}", if utterance.allowed() { "allowed" } else { "refused" });
    if !utterance.allowed() {
        println!("  {}", utterance.verdict().reason);
    }
    Ok(utterance)
}
