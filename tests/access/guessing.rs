//! S4, S5, S16, S17: guessing gets slow, on all nodes, without keeping anybody out for long.

use std::time::Duration;

use dunghen::domain::staff::Role;
use dunghen::seal::password;
use dunghen::telemetry::Stopwatch;
use jiff::SignedDuration;

use crate::support::db::{TestDb, on_both, on_postgres, on_sqlite};
use crate::world::*;

/// How many of the answers say that somebody looked at what was guessed.
fn looked_at(answers: &[u16]) -> usize {
    answers.iter().filter(|status| **status != 429).count()
}

on_both! {
    /// S5: a thousand guesses over five nodes, many at once and from many networks: five are looked at.
    async fn a_thousand_guesses_at_an_account_are_five(db: TestDb) {
        let node = Node::over(&db).await;
        node.hire("mai", WARD, &[Role::Reception]).await;
        let nodes: Vec<Node> = (0..5).map(|_| node.beside()).collect();
        let mut answers = Vec::new();
        for round in 0..50 {
            let at_once = (0..20).map(|one| {
                let guess = round * 20 + one;
                let stranger = nodes[one % 5].visitor().from(&format!("10.{}.{}.7", guess / 200, guess % 200));
                async move { stranger.sign_in("mai", &format!("đoán lần thứ {guess}")).await.status }
            });
            answers.extend(futures_util::future::join_all(at_once).await);
        }
        assert_eq!(looked_at(&answers), 5, "looked at more than the free ones");

        // Nobody's device is known yet: the owner waits like everybody, half a minute after five guesses.
        let owner = node.visitor();
        let refused = owner.sign_in("mai", PASSWORD).await;
        assert_eq!(refused.status, 429);
        let wait: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=31).contains(&wait), "{wait}");
        refused.shows("Chờ");
        let later = node.at(at(NOW).plus(SignedDuration::from_secs(wait)));
        let owner = owner.before(&later);
        assert_eq!(owner.sign_in("mai", PASSWORD).await.status, 303);

        // On the device where it has been signed in before, its owner comes in at any time.
        for guess in 0..20 {
            later.visitor().from("10.9.9.9").sign_in("mai", &format!("đoán {guess}")).await;
        }
        assert_eq!(later.visitor().from("10.7.7.7").sign_in("mai", PASSWORD).await.status, 429);
        assert_eq!(owner.sign_in("mai", PASSWORD).await.status, 303);
    }

    /// S5: whoever goes on guessing keeps the owner out for no longer than the longest wait.
    async fn no_stranger_locks_an_account_for_longer_than_a_quarter_of_an_hour(db: TestDb) {
        let node = Node::over(&db).await;
        node.hire("mai", WARD, &[Role::Reception]).await;
        let (mut now, mut looked, mut longest) = (at(NOW), 0, 0);
        for guess in 0..300 {
            let stranger = node.at(now).visitor().from(&format!("10.1.{}.7", guess % 250));
            let answer = stranger.sign_in("mai", "đoán mò").await;
            match answer.headers.get("retry-after") {
                Some(wait) => longest = longest.max(wait.to_str().unwrap().parse().unwrap()),
                None => looked += 1,
            }
            now = now.plus(SignedDuration::from_secs(60));
        }
        assert!(longest <= 901, "{longest} s");
        // Five hours: five at once, then after 30 s, 60 s, … and one every quarter of an hour.
        assert!((20..=32).contains(&looked), "{looked} guesses in five hours");
    }

    /// S5: many accounts from one network are guessed at no faster than one.
    async fn one_network_gets_thirty_guesses_whatever_it_guesses_at(db: TestDb) {
        let node = Node::over(&db).await;
        let mut answers = Vec::new();
        for guess in 0..200 {
            let neighbour = node.visitor().from(&format!("198.51.100.{}", guess % 250 + 1));
            answers.push(neighbour.sign_in(&format!("ten{guess}"), "mật khẩu phổ biến").await.status);
        }
        assert_eq!(looked_at(&answers), 30);
        node.hire("mai", WARD, &[Role::Reception]).await;
        assert_eq!(node.visitor().from("198.51.101.1").sign_in("mai", PASSWORD).await.status, 303);
    }

    /// S16: a receipt's number and a guessed secret open nothing, however many are tried.
    async fn the_look_up_gives_nothing_away_to_whoever_tries(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
        let stranger = node.visitor();
        let (mut found, mut looked) = (0, 0);
        let all = if crate::world::is_long() { 100_000 } else { 1_000 };
        for number in 0..all {
            let tried = format!("H35.21.01-261124-{number:04}");
            let answer = stranger.post("/tra-cuu", &[("code", &tried), ("secret", "0000")]).await;
            found += usize::from(answer.status == 200);
            looked += usize::from(answer.status != 429);
        }
        assert_eq!((found, looked), (0, 20), "twenty are free to a network");
        let blocked = all - looked;
        assert!(blocked * 1_000 >= all * 980, "{blocked} of {all}");
        // One dossier is tried from everywhere.
        let mut looked = 0;
        for network in 0..100 {
            let somewhere = node.visitor().from(&format!("10.3.{network}.1"));
            let answer = somewhere.post("/tra-cuu", &[("code", &code), ("secret", &format!("{network:04}"))]).await;
            looked += usize::from(answer.status != 429);
        }
        assert_eq!(looked, 5, "five are free for a dossier");
        // Whoever has the paper waits half a minute at most.
        let later = node.at(at(NOW).plus(SignedDuration::from_secs(31)));
        let citizen = later.visitor().from("10.4.4.4");
        let seen = citizen.post("/tra-cuu", &[("code", &code), ("secret", "1234")]).await;
        assert_eq!(seen.status, 200);
        for right in 0..50 {
            let again = citizen.post("/tra-cuu", &[("code", &code), ("secret", "678")]).await;
            assert_eq!(again.status, 200, "a right secret costs nothing: {right}");
        }
    }

    /// S16: an unknown number and a wrong secret get the same answer, to the byte.
    async fn an_unknown_number_and_a_wrong_secret_are_one_answer(db: TestDb) {
        let node = Node::over(&db).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
        let ask = async |code: &str, from: &str| {
            node.visitor().from(from).post("/tra-cuu", &[("code", code), ("secret", "9999")]).await
        };
        let wrong = ask(&code, "10.5.1.1").await;
        let unknown = ask("H35.21.01-261123-9999", "10.5.2.1").await;
        assert_eq!((wrong.status, unknown.status), (422, 422));
        assert_eq!(wrong.text.replace(&code, "…"), unknown.text.replace("H35.21.01-261123-9999", "…"));
    }
}

/// S4, S5: a name that nobody has and a wrong password get the same answer, and the same is done for both.
#[test]
fn an_unknown_name_and_a_wrong_password_are_one_answer() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        node.hire("mai", WARD, &[Role::Reception]).await;
        let before = node.audited().await;
        let wrong = node.visitor().from("10.6.1.1").sign_in("mai", "sai rồi nhé").await;
        let unknown = node.visitor().from("10.6.2.1").sign_in("mae", "sai rồi nhé").await;
        assert_eq!((wrong.status, unknown.status), (401, 401));
        assert_eq!(wrong.text.replace("mai", "…"), unknown.text.replace("mae", "…").replace("mai", "…"));
        assert_eq!(node.audited().await - before, 2, "both are on the log");
        // What was typed for a name may be a password: it is not repeated anywhere.
        let kept =
            node.count("select count(*) from audit where subject = 'mae' or detail like '%mae%'").await;
        assert_eq!(kept, 0);
    });
}

/// The mean of the middle four fifths.
fn usual(mut lengths: Vec<Duration>) -> f64 {
    lengths.sort();
    let aside = lengths.len() / 10;
    let middle = &lengths[aside..lengths.len() - aside];
    middle.iter().map(Duration::as_secs_f64).sum::<f64>() / middle.len() as f64
}

/// S4, S16: how long an answer takes tells neither which names there are nor which numbers.
#[test]
fn the_time_that_an_answer_takes_tells_nothing() {
    on_sqlite(|db| async move {
        let patient =
            [("DUNGHEN__SIGN_IN__ATTEMPTS", "100"), ("DUNGHEN__SIGN_IN__NETWORK_ATTEMPTS", "10000")];
        let node = Node::configured(&db, &patient).await;
        let clerk = node.hire("mai", CENTRE, &[Role::Reception]).await;
        // In turns, so that whatever else the machine does falls on both.
        let (rounds, most) = if is_long() { (500, 0.10) } else { (40, 0.30) };
        let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
        for owner in 0..rounds / 20 {
            node.hire(&format!("co{owner}"), WARD, &[Role::Specialist]).await;
        }
        for round in 0..rounds {
            for (kind, lengths) in [("co", &mut wrong), ("khong", &mut unknown)] {
                let visitor = node.visitor().from(&format!("10.20.{}.1", round % 250));
                let watch = Stopwatch::start();
                let answer = visitor.sign_in(&format!("{kind}{}", round / 20), "sai rồi nhé").await;
                lengths.push(watch.elapsed());
                assert_eq!(answer.status, 401);
            }
        }
        let (wrong, unknown) = (usual(wrong), usual(unknown));
        println!("signing in: {rounds} each, wrong password {wrong:.5} s, unknown name {unknown:.5} s");
        assert!((wrong / unknown - 1.0).abs() < most, "{wrong} s against {unknown} s");

        let dossiers = if is_long() { 40 } else { 4 };
        let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
        for dossier in 0..dossiers {
            let code = node.receive(&clerk, CENTRE, PROCEDURE).await;
            for guess in 0..4 {
                for (code, lengths) in [
                    (code.clone(), &mut wrong),
                    (format!("H35.21.01-261123-{:04}", 9_000 + dossier), &mut unknown),
                ] {
                    let stranger = node.visitor().from(&format!("10.21.{dossier}.1"));
                    let watch = Stopwatch::start();
                    let secret = format!("{guess:04}");
                    let answer = stranger.post("/tra-cuu", &[("code", &code), ("secret", &secret)]).await;
                    lengths.push(watch.elapsed());
                    assert_eq!(answer.status, 422);
                }
            }
        }
        let (wrong, unknown) = (usual(wrong), usual(unknown));
        println!(
            "looking up: {} each, wrong secret {wrong:.5} s, unknown number {unknown:.5} s",
            dossiers * 4
        );
        assert!((wrong / unknown - 1.0).abs() < most, "{wrong} s against {unknown} s");
    });
}

/// S4: a hash that was made with less effort is made anew when its owner signs in.
#[test]
fn a_weak_hash_is_made_anew_at_sign_in() {
    on_sqlite(|db| async move {
        let node = Node::over(&db).await;
        let mai = node.hire("mai", WARD, &[Role::Reception]).await;
        let weak = {
            use argon2::password_hash::PasswordHasher;
            let params = argon2::Params::new(8 * 1024, 1, 1, None).unwrap();
            let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
            argon.hash_password(PASSWORD.as_bytes()).unwrap().to_string()
        };
        let id = mai.id;
        db.write(async move |tx| dunghen::store::staff::set_password(tx, id, &weak).await).await.unwrap();
        assert_eq!(node.visitor().sign_in("mai", "sai").await.status, 401);
        assert_eq!(node.visitor().from("10.1.1.1").sign_in("mai", PASSWORD).await.status, 303);
        let person = db.read(async |tx| dunghen::store::staff::by_id(tx, id).await).await.unwrap().unwrap();
        let hash = person.password_hash.unwrap();
        assert!(!password::is_outdated(&hash), "{hash}");
        assert!(password::verify(PASSWORD, Some(&hash)));
    });
}

/// S4: two hundred who sign in at once are hashed two at a time: no more memory is taken than two hashes
/// need, and every one of them has an answer.
#[test]
fn no_more_than_two_passwords_are_hashed_at_once() {
    // Memory is a whole process's: whichever runner this is, nothing else may run beside it.
    let alone = ["--exact", "guessing::many_sign_in_at_once", "--ignored", "--nocapture"];
    let ran = std::process::Command::new(std::env::current_exe().unwrap()).args(alone).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{told}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(told.contains("1 passed"), "{told}");
}

#[test]
#[ignore = "started by the test above, in a process of its own"]
fn many_sign_in_at_once() {
    on_sqlite(|db| async move {
        // All of them are let in: what is measured is what stands behind the gate.
        let node = Node::configured(&db, &[("DUNGHEN__WEB__MAX_REQUESTS", "256")]).await;
        node.hire("mai", WARD, &[Role::Reception]).await;
        // The threads and pools are there before it is measured.
        node.visitor().sign_in("truoc", "mật khẩu nào đó").await;
        let all = if is_long() { 200 } else { 24 };
        let at_once = (0..all).map(|one| {
            let visitor = node.visitor().from(&format!("10.8.{one}.1"));
            async move { visitor.sign_in(&format!("khac{one}"), "mật khẩu nào đó").await.status }
        });
        let before = peak_memory_kib();
        let statuses = futures_util::future::join_all(at_once).await;
        let grown = peak_memory_kib().saturating_sub(before);
        assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
        assert_eq!(node.app.hashing.available_permits(), 2, "every place is given back");
        // Two of 19 MiB and a fifth more; the rest is what requests themselves take.
        assert!(grown < 2 * 19 * 1024 * 6 / 5 + 16 * 1024, "{grown} KiB");
    });
}

/// The most memory that this process has had since it was asked the last time.
fn peak_memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

on_both! {
    /// S17: whoever invents addresses is one network all the same.
    async fn invented_forwarding_headers_change_nothing(db: TestDb) {
        let node = Node::over(&db).await;
        let stranger = node.visitor();
        let mut looked = 0;
        for guess in 0..if is_long() { 10_000 } else { 200 } {
            let fields = Content::form(&[("name", &format!("ten{guess}")), ("password", "đoán mò")]);
            let (a, b) = (guess / 200, guess % 200);
            let invented = format!("10.{a}.{b}.1, 172.{a}.{b}.2");
            let headers = [("x-forwarded-for", invented.as_str()), ("forwarded", "for=10.0.0.1")];
            looked += usize::from(stranger.send("POST", "/sign-in", &fields, &headers).await.status != 429);
        }
        assert_eq!(looked, 30);
    }
}

/// S17: behind a proxy that is trusted, the client is whoever the proxy has seen, and nobody that
/// the client has seen or invented.
#[test]
fn behind_a_trusted_proxy_each_client_has_its_own_limit() {
    on_sqlite(|db| async move {
        let node = Node::configured(&db, &[("DUNGHEN__WEB__TRUSTED_PROXIES", "192.0.2.0/24")]).await;
        let proxy = node.visitor().from("192.0.2.10");
        let ask = async |seen: &str, guess: usize| {
            let fields = Content::form(&[("name", &format!("ten{guess}")), ("password", "đoán mò")]);
            let told = format!("10.1.{}.{}, {seen}", guess / 200, guess % 200);
            let headers = [("x-forwarded-for", told.as_str())];
            proxy.send("POST", "/sign-in", &fields, &headers).await.status
        };
        let mut looked = 0;
        for guess in 0..60 {
            looked += usize::from(ask("198.51.100.7", guess).await != 429);
        }
        assert_eq!(looked, 30, "one client is one, whatever it invents");
        assert_eq!(ask("203.0.113.9", 60).await, 401, "its neighbour is not kept out");
    });
}
