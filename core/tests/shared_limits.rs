//! The limiter's script inside a real Redis or Valkey: it decides what the limiter in the process decides.
#![cfg(unix)]

mod redis;

use std::collections::HashMap;
use std::time::Duration;

use redis::Server;
use voxguard_core::access::limiter::{Rate, SCRIPT};

fn script() -> &'static str {
    SCRIPT.to_str().expect("UTF-8")
}

/// Three numbers an answer.
fn decisions(lines: &[String]) -> Vec<[i64; 3]> {
    let numbers: Vec<i64> =
        lines.iter().map(|line| line.parse().unwrap_or_else(|_| panic!("answered {line:?}"))).collect();
    numbers.as_chunks::<3>().0.to_vec()
}

#[test]
fn seven_thousand_random_events_are_decided_as_in_the_process() {
    let Some(server) = Server::start() else { return };
    let digest = server.load(script());
    let mut state = 7u64;
    let mut draw = move |bound: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % bound
    };
    // Long intervals: the times are made up, but the server forgets a key by its own clock.
    for (name, count, minutes, burst) in [("a", 1u32, 60u64, 10u32), ("b", 1, 120, 3), ("c", 2, 180, 1)] {
        let rate = Rate::new(count, minutes as f64 * 60.0, burst).expect("a rate");
        let interval_us = rate.interval_ns() / 1_000;
        let (mut now_us, mut arrivals) = (1_700_000_000_000_000u64, HashMap::<u64, u64>::new());
        let (mut commands, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..2_500 {
            now_us += draw(interval_us / 3);
            let (key, cost) = (draw(20), 1 + draw(3) as u32);
            commands.push(format!("EVALSHA {digest} 1 {name}:{key} {interval_us} {burst} {cost} {now_us}"));
            let arrival = arrivals.entry(key).or_insert(0);
            let (decision, next) = rate.decide(*arrival, now_us * 1_000, cost);
            *arrival = next;
            let wait = match (decision.allowed, decision.retry_after.is_finite()) {
                (true, _) => 0,
                (false, true) => (decision.retry_after * 1e6).round() as i64,
                (false, false) => -1,
            };
            expected.push([i64::from(decision.allowed), wait, i64::from(decision.remaining)]);
        }
        let answers = decisions(&server.ask(&commands));
        assert_eq!(answers.len(), expected.len());
        for (event, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
            assert_eq!(answer, expected, "event {event} of {name}: {}", commands[event]);
        }
        assert!(expected.iter().any(|[allowed, ..]| *allowed == 0) && expected.iter().any(|[a, ..]| *a == 1));
    }
}

#[test]
fn machines_that_ask_at_once_share_one_burst_by_the_servers_clock() {
    let Some(server) = Server::start() else { return };
    let digest = server.load(script());
    // One an hour with a burst of 10: no second burst while the test runs.
    let asked = vec![format!("EVALSHA {digest} 1 voxguard:rate:user-1 3600000000 10 1"); 50];
    let passed: usize = std::thread::scope(|scope| {
        let machines: Vec<_> = (0..4).map(|_| scope.spawn(|| decisions(&server.ask(&asked)))).collect();
        let counted = machines.into_iter().map(|machine| {
            let answers = machine.join().expect("answered");
            assert_eq!(answers.len(), 50);
            assert!(answers.iter().all(|[allowed, wait, _]| *allowed == 1 || *wait > 3_500_000_000));
            answers.iter().filter(|[allowed, ..]| *allowed == 1).count()
        });
        counted.sum()
    });
    assert_eq!(passed, 10);
}

#[test]
fn a_key_that_owes_nothing_is_forgotten_by_itself() {
    let Some(server) = Server::start() else { return };
    let digest = server.load(script());
    let lives = server.ask(&[format!("EVALSHA {digest} 1 k 200000 3 2"), "PTTL k".to_owned()]);
    assert_eq!(lives[..3], ["1", "0", "1"]);
    let left: i64 = lives[3].parse().expect("milliseconds");
    assert!((1..=402).contains(&left), "{left} ms");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(server.ask(&["EXISTS k".to_owned()]), ["0"]);
}
