//! Random whole lives in a random province, for the engine and for the program that checks it.
//!
//! Makes the files of a province and, for each life, what is asked for and when; how the life then
//! stands is told as one JSON value.

#[path = "dice.rs"]
mod dice;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use dunghen::config::{Configuration, Environment};
use dunghen::domain::attribution::Attribution;
use dunghen::domain::deadline::Counted;
use dunghen::domain::dossier::Dossier;
use dunghen::domain::event::{Event, Exclusion, Filing, HandOver, Happening, ReturnMethod};
use dunghen::domain::law::{Amendment, LocalDayOff, Overlay};
use dunghen::domain::limit::TimeLimit;
use dunghen::domain::procedure::{Competent, Procedure};
use dunghen::domain::promise::Cause;
use dunghen::domain::province::Province;
use dunghen::domain::recount::{By, Recount, recount};
use dunghen::domain::staff::{Actor, Role, StaffId};
use dunghen::domain::time::{ClockTime, Day, Moment};
use dunghen::seal::Keyring;
use dunghen::work::appointment::{self, Between};
use dunghen::work::desk::{Desk, House};
use dunghen::work::processing::Change;
use dunghen::work::{correction, process, resumption};
use jiff::SignedDuration;
use serde_json::{Value, json};

pub use self::dice::Dice;

/// Who settles and who has stages: units without days of their own beginning or end.
const AGENCIES: [&str; 8] = ["H35.02", "H35.03", "H35.04", "H35.05", "H35.07", "H35.08", "H35.11", "H35.12"];
pub const CENTRE: &str = "H35.01.01";
const HOURS: [&str; 5] = [
    "07:30-11:30,13:30-17:30",
    "07:00-11:30,13:30-17:00",
    "08:00-12:00",
    "07:00-09:00,09:00-11:15,13:00-14:59:59,15:30-18:00",
    "07:30-11:30,13:30-17:00",
];
const RULES: [&str; 4] = ["nd61-2018", "nd61-2021", "nd61-2023", "nd118-2025"];

/// Writes `dunghen.toml`, `rulesets.toml`, `hours.toml` and `procedures.toml`.
pub fn write_province(folder: &Path, dice: &mut Dice, procedures: usize) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "dunghen.toml",
        "development = true\ndemonstration = true\n[province]\nroot = \"H35\"\n\
         [calendar]\ndemonstration_final_years = [2027]\n",
    );
    write("rulesets.toml", &rule_sets(dice));
    write("hours.toml", &hours(dice));
    let mut all = "demonstration = true\n".to_owned();
    for number in 0..procedures {
        procedure(&mut all, dice, number);
    }
    write("procedures.toml", &all);
}

fn rule_sets(dice: &mut Dice) -> String {
    let base = include_str!("../../config/rulesets.toml");
    let body = base.split("[ruleset.").nth(1).unwrap();
    let fields: Vec<&str> = body.lines().skip(1).filter(|line| !line.starts_with("valid_from")).collect();
    let fields = |clock: &str, exclusion: &str, effect: &str, requests: i64| {
        let changed = |line: &&str| {
            let name = line.split_whitespace().next().unwrap_or_default();
            let ours = ["supplement_clock", "exclusion_clock", "cutoff_effect", "supplement_max_requests"];
            !ours.contains(&name)
        };
        let mut text: String =
            fields.iter().filter(|line| changed(line)).map(|line| format!("{line}\n")).collect();
        write!(text, "supplement_clock = \"{clock}\"\nexclusion_clock = \"{exclusion}\"\n").unwrap();
        write!(text, "cutoff_effect = \"{effect}\"\nsupplement_max_requests = {requests}\n").unwrap();
        text
    };
    let periods = [
        ("2018-06-21", Some("2020-12-31")),
        ("2021-01-01", Some("2022-12-31")),
        ("2023-01-01", Some("2025-06-30")),
        ("2025-07-01", None),
    ];
    let mut text = String::new();
    for (name, (from, to)) in RULES.iter().zip(periods) {
        let clock = *dice.pick(&["restart", "pause"]);
        let exclusion = *dice.pick(&["pause", "pause", "restart"]);
        let effect = *dice.pick(&["count_starts_next_wd", "treat_as_received_next_wd"]);
        let requests = dice.between(1, 2);
        writeln!(text, "[ruleset.{name}]\nvalid_from = \"{from}\"").unwrap();
        if let Some(to) = to {
            writeln!(text, "valid_to = \"{to}\"").unwrap();
        }
        text.push_str(&fields(clock, exclusion, effect, requests));
    }
    text
}

fn hours(dice: &mut Dice) -> String {
    let mut text = "[[hours]]\nsessions = \"07:30-11:30,13:30-17:00\"\nsource = \"test\"\n".to_owned();
    let mut hours = |unit: &str, period: &str, sessions: &str| {
        write!(text, "[[hours]]\nunit = \"{unit}\"\n{period}sessions = \"{sessions}\"\n").unwrap();
    };
    for (place, unit) in AGENCIES.iter().enumerate().skip(1) {
        hours(unit, "", HOURS[place % HOURS.len()]);
    }
    hours("H35.04", "valid_from = \"2021-03-01\"\n", HOURS[0]);
    hours("H35.08", "valid_from = \"2025-09-01\"\nvalid_to = \"2025-11-30\"\n", HOURS[2]);
    hours(CENTRE, "valid_from = \"2024-04-15\"\n", HOURS[1]);
    // Below it is the centre.
    hours("H35.01", "valid_from = \"2022-05-01\"\nvalid_to = \"2023-02-28\"\n", HOURS[2]);
    for unit in AGENCIES.iter().chain([&CENTRE]) {
        for year in 2019..=2026 {
            let (month, day) = (dice.between(1, 12), dice.between(1, 27));
            for day in day..=day + 1 {
                let date = format!("{year}-{month:02}-{day:02}");
                write!(
                    text,
                    "[[day_off]]\nunit = \"{unit}\"\ndate = \"{date}\"\nname = \"Bão\"\ndocument = \"12\"\n"
                )
                .unwrap();
            }
        }
    }
    for year in 2019..=2026 {
        for (unit, more) in [("H35", ""), ("H35.01", ""), ("H35.01", "alone = true\n")] {
            // A day off in the middle of a month, and a Saturday near it worked instead.
            let day: Day = format!("{year}-{:02}-15", dice.between(1, 12)).parse().unwrap();
            let saturday = saturday_after(day);
            write!(
                text,
                "[[day_off]]\nunit = \"{unit}\"\ndate = \"{day}\"\nname = \"Lũ\"\ndocument = \"15\"\n\
                 makeup = \"{saturday}\"\n{more}"
            )
            .unwrap();
        }
    }
    text
}

fn saturday_after(day: Day) -> Day {
    let mut later = std::iter::successors(day.next(), |day| day.next());
    later.find(|day| day.0.weekday() == jiff::civil::Weekday::Saturday).unwrap()
}

/// Closures that are announced while lives go on, by their places: two days every so many, of the
/// whole province and of single agencies in turn, some of them with a Saturday worked instead.
pub struct Closures {
    /// The province under each of them, once it was asked for.
    under: Vec<OnceLock<Arc<Province>>>,
}

const CLOSURES: usize = 240;

/// The first day of the closure at a place: one every ten days, from March 2019 to the end of 2025.
fn closed_from(place: usize) -> Day {
    let first: Day = "2019-03-01".parse().unwrap();
    first.plus(10 * i32::try_from(place).unwrap()).unwrap()
}

/// What the closure at a place is, as a decision brings it.
fn closure(place: usize) -> Overlay {
    let first = closed_from(place);
    let unit = if place.is_multiple_of(2) { "H35" } else { AGENCIES[place / 2 % AGENCIES.len()] };
    let off = [first, first.next().unwrap()].into_iter().map(|day| LocalDayOff {
        unit: unit.parse().unwrap(),
        day,
        name: "Bão".to_owned(),
        document: "12/QĐ-UBND".to_owned(),
        makeup: (place.is_multiple_of(3) && day == first).then(|| saturday_after(day)),
        alone: false,
    });
    Overlay { hours: Vec::new(), off: off.collect() }
}

impl Default for Closures {
    fn default() -> Self {
        Self { under: (0..CLOSURES).map(|_| OnceLock::new()).collect() }
    }
}

impl Closures {
    /// The law that a life ends under.
    pub fn at_the_end(&self, desk: &Desk, life: &Life) -> Arc<Province> {
        let last = life.asked.iter().rev().find_map(|asked| match asked.what {
            What::Announced(place) => Some(self.under(desk, place)),
            What::Revoked => Some(Arc::clone(&desk.province)),
            _ => None,
        });
        last.unwrap_or_else(|| Arc::clone(&desk.province))
    }

    fn under(&self, desk: &Desk, place: usize) -> Arc<Province> {
        let made = || {
            let law = desk.province.law.after(&[(2, Amendment::Overlay(closure(place)))]);
            Arc::new(desk.province.under(law, 2).unwrap())
        };
        Arc::clone(self.under[place].get_or_init(made))
    }
}

fn procedure(all: &mut String, dice: &mut Dice, number: usize) {
    let (unit, size) = match dice.up_to(11) {
        0..=3 => ("wd", dice.between(1, 20)),
        4 | 5 => ("cd", dice.between(1, 45)),
        6 | 7 => ("wh", dice.between(1, 60)),
        8 => ("mo", dice.between(1, 3)),
        9 => ("none", 0),
        _ => ("same-day", 1),
    };
    let stages = if dice.one_in(4) { stages(dice) } else { Vec::new() };
    let (unit, size) = if stages.is_empty() { (unit, size) } else { ("wd", dice.between(15, 20)) };
    let in_words = matches!(unit, "same-day" | "none");
    let limit = |size: i64| if in_words { unit.to_owned() } else { format!("{size}{unit}") };
    let commits = unit != "none" && dice.one_in(5);
    let committed = commits.then(|| dice.between(if stages.is_empty() { 1 } else { 15 }, size));
    write!(
        all,
        "[[procedure]]\ncode = \"1.{number:06}\"\nname = \"Thủ tục {number}\"\nfield = \"Hộ tịch\"\n\
         tiers = [\"province\"]\ncompetent = \"{}\"\nlimit = \"{}\"\n",
        dice.pick(&AGENCIES),
        limit(size)
    )
    .unwrap();
    if let Some(committed) = committed {
        writeln!(all, "committed_limit = \"{}\"", limit(committed)).unwrap();
    }
    if dice.one_in(2) {
        let cutoffs = ["after_15h", "last_hour", "after_17h_or_off_day", "after_close"];
        writeln!(all, "cutoff = \"{}\"", dice.pick(&cutoffs)).unwrap();
    }
    if dice.one_in(3) {
        let times = ["same_clock", "fixed=16:30", "fixed=09:00"];
        writeln!(all, "due_time = \"{}\"", dice.pick(&times)).unwrap();
    }
    if dice.one_in(3) {
        writeln!(all, "supplement_clock = \"{}\"", dice.pick(&["restart", "pause"])).unwrap();
    }
    if dice.one_in(3) {
        writeln!(all, "second_limit = \"{}\"", dice.pick(&["3wd", "10cd", "16wh"])).unwrap();
    }
    let promised = committed.unwrap_or(size);
    steps(all, dice, unit, promised);
    if !stages.is_empty() {
        writeln!(all, "stages = [{}]", stages.join(", ")).unwrap();
    }
}

/// Two to four, one after the other or two side by side; the longest way is 15 working days.
fn stages(dice: &mut Dice) -> Vec<String> {
    let mut all = Vec::new();
    for number in 1..=dice.between(2, 4) {
        let after = match (number, dice.up_to(3)) {
            (1, _) => "",
            (_, 0) => ", after = []",
            (3.., 1) => ", after = [\"Khâu 1\", \"Khâu 2\"]",
            _ => "",
        };
        let days = dice.between(1, 3);
        let unit = dice.pick(&AGENCIES);
        all.push(format!("{{ name = \"Khâu {number}\", unit = \"{unit}\", limit = \"{days}wd\"{after} }}"));
    }
    all
}

/// Steps that fill the limit exactly, and the return that is not counted (PROC-02).
fn steps(all: &mut String, dice: &mut Dice, unit: &str, size: i64) {
    let whole = match unit {
        "wd" => size * 480,
        "wh" => size * 60,
        "none" => return,
        _ if dice.one_in(2) => return,
        _ => 480,
    };
    let mut cuts: Vec<i64> = (0..dice.between(0, 5)).map(|_| dice.between(1, whole / 15 - 1) * 15).collect();
    cuts.extend([0, whole]);
    cuts.sort_unstable();
    cuts.dedup();
    let counted = unit == "wd" || unit == "wh" || dice.one_in(2);
    let mut steps = Vec::new();
    for (number, pair) in cuts.windows(2).enumerate() {
        let minutes = pair[1] - pair[0];
        let time = format!(", time = \"{}.{:02}wh\"", minutes / 60, minutes % 60 * 100 / 60);
        let time = if counted { &*time } else { "" };
        steps.push(format!("{{ name = \"Bước {number}\", role = \"specialist\"{time} }}"));
    }
    steps.push("{ name = \"Trả kết quả\", role = \"reception\" }".to_owned());
    writeln!(all, "steps = [{}]", steps.join(", ")).unwrap();
}

/// What is asked for at an instant.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at: Moment,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Received,
    Transfer,
    StepDone(String),
    StageDone(String),
    Supplement,
    Supplemented,
    Payment,
    Paid,
    Exclude(Exclusion),
    ExclusionEnded,
    Settled,
    Withdrawn,
    Stopped,
    Reopened,
    /// The place of an earlier one, and when that truly was.
    Correct(usize, Moment),
    /// A closure by its place becomes law: open dossiers are dated again (TIME-16).
    Announced(usize),
    /// It is as if it had never been.
    Revoked,
}

/// One life as it is asked for.
#[derive(Clone, Debug)]
pub struct Life {
    pub procedure: String,
    pub online: bool,
    pub filed_at: Moment,
    pub asked: Vec<Asked>,
    /// The instant of the question.
    pub now: Moment,
}

/// The province of a folder with a desk at which nobody sits.
pub fn desk(folder: &Path) -> Desk {
    let province = Configuration::load(folder, &Environment::default()).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(|fault| format!("{fault:?}\n")).collect::<String>())
    });
    let house = House {
        public_url: "https://mot-cua.example.vn".to_owned(),
        mail_domain: "mot-cua.example.vn".to_owned(),
        place: "Tam Đường".to_owned(),
        alerts_per_hour: 20,
    };
    let keys = Arc::new(Keyring::generate());
    Desk { province: province.province, keys, house: Arc::new(house), now: Moment::from_seconds(0).unwrap() }
}

/// Two heads who may do everything everywhere; one proposes what the other approves.
pub fn heads(first: i64) -> [Actor; 2] {
    let roles = [Role::Reception, Role::Specialist, Role::UnitHead];
    [first, first + 1].map(|id| Actor::new(StaffId(id), "H35".parse().unwrap(), roles))
}

const CLOCKS: [(u32, u32); 8] = [(7, 30), (11, 30), (13, 30), (15, 0), (16, 30), (17, 0), (0, 0), (23, 59)];

impl Life {
    /// A life that begins between two days, with moves as they come.
    pub fn random(province: &Province, dice: &mut Dice, from: &str, days: i64) -> Self {
        let first: Day = from.parse().unwrap();
        let day = first.plus(i32::try_from(dice.between(0, days)).unwrap()).unwrap();
        Self::begun(province, dice, day, None)
    }

    /// A life that begins in the month before one of so many closures, which is announced and revoked
    /// while it goes on.
    pub fn under_changing_law(province: &Province, dice: &mut Dice, closures: usize) -> Self {
        let place = usize::try_from(dice.up_to(closures as u64)).unwrap() * (CLOSURES / closures);
        let before = i32::try_from(dice.between(-3, 30)).unwrap();
        Self::begun(province, dice, closed_from(place).plus(-before).unwrap(), Some(place))
    }

    fn begun(province: &Province, dice: &mut Dice, day: Day, closure: Option<usize>) -> Self {
        let procedures: Vec<&Procedure> = province.catalogue.iter().collect();
        let procedure = *dice.pick(&procedures);
        let start = Moment::from_seconds(0).unwrap();
        let mut teller =
            Teller { province, procedure, dice, now: start, filed_at: None, life: Vec::new(), closure };
        teller.now = teller.at_some_time(day);
        let filed_at = teller.now;
        let online = teller.dice.one_in(3);
        if online {
            teller.filed_at = Some(filed_at);
            teller.go_on();
        }
        teller.tell();
        teller.go_on();
        let (now, asked) = (teller.now, teller.life);
        Self { procedure: procedure.code.as_str().to_owned(), online, filed_at, asked, now }
    }

    /// The line for the second program.
    pub fn line(&self, province: &Province) -> String {
        let local = |at: Moment| province.zone().rfc3339(at)[..19].to_owned();
        let event = |asked: &Asked| {
            let mut event = json!({ "at": local(asked.at), "kind": asked.what.kind() });
            match &asked.what {
                What::StepDone(step) => event["step"] = json!(step),
                What::StageDone(stage) => event["stage"] = json!(stage),
                What::Correct(place, at) => {
                    event["place"] = json!(place);
                    event["true_at"] = json!(local(*at));
                }
                What::Announced(place) => {
                    let off = closure(*place).off;
                    event["closed"] =
                        off.iter().map(|off| json!([off.unit.as_str(), off.day.to_string()])).collect();
                    event["worked"] = off
                        .iter()
                        .filter_map(|off| Some(json!([off.unit.as_str(), off.makeup?.to_string()])))
                        .collect();
                }
                _ => {}
            }
            event
        };
        json!({
            "procedure": self.procedure, "receiving": CENTRE, "online": self.online,
            "now": local(self.now), "events": self.asked.iter().map(event).collect::<Vec<_>>(),
        })
        .to_string()
    }
}

impl What {
    fn kind(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Transfer => "transfer",
            Self::StepDone(_) => "step_done",
            Self::StageDone(_) => "stage_done",
            Self::Supplement => "supplement_requested",
            Self::Supplemented => "supplemented",
            Self::Payment => "payment_requested",
            Self::Paid => "paid",
            Self::Exclude(_) => "exclusion_began",
            Self::ExclusionEnded => "exclusion_ended",
            Self::Settled => "settled",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Reopened => "reopened",
            Self::Correct(..) => "corrected",
            Self::Announced(_) => "announced",
            Self::Revoked => "revoked",
        }
    }
}

struct Teller<'a, 'd> {
    province: &'a Province,
    procedure: &'a Procedure,
    dice: &'d mut Dice,
    now: Moment,
    /// When it was filed online.
    filed_at: Option<Moment>,
    life: Vec<Asked>,
    closure: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Received,
    Processing,
    Supplement,
    Payment,
    Excluded(bool),
    Settled,
    Over,
}

impl Teller<'_, '_> {
    fn at_some_time(&mut self, day: Day) -> Moment {
        let clock = if self.dice.one_in(2) {
            let (hour, minute) = *self.dice.pick(&CLOCKS);
            let second = u32::try_from(self.dice.up_to(2)).unwrap();
            ClockTime::from_seconds(hour * 3_600 + minute * 60 + second).unwrap()
        } else {
            ClockTime::from_seconds(u32::try_from(self.dice.up_to(86_400)).unwrap()).unwrap()
        };
        self.province.zone().instant(day, clock).unwrap()
    }

    /// Some time passes: none, minutes, days, or weeks.
    fn go_on(&mut self) {
        let now = self.now;
        let later = match self.dice.up_to(8) {
            0 => now,
            1..=3 => now.plus(SignedDuration::from_secs(self.dice.between(1, 30_000))),
            4..=6 => {
                let days = i32::try_from(self.dice.between(0, 6)).unwrap();
                let day = self.province.zone().day(now).plus(days).unwrap();
                self.at_some_time(day)
            }
            _ => now.plus(SignedDuration::from_secs(self.dice.between(1, 30 * 86_400))),
        };
        self.now = now.max(later);
    }

    fn ask(&mut self, what: What) {
        self.life.push(Asked { at: self.now, what });
        self.go_on();
    }

    fn tell(&mut self) {
        self.ask(What::Received);
        let mut stand = Stand::Received;
        for _ in 0..self.dice.between(1, 14) {
            if let Some(place) = self.closure
                && self.dice.one_in(6)
            {
                self.change_law(place);
            }
            if self.dice.one_in(9) && self.correct() {
                continue;
            }
            if stand == Stand::Over {
                break;
            }
            stand = self.move_on(stand);
        }
    }

    fn move_on(&mut self, stand: Stand) -> Stand {
        let same_day = self.procedure.limit() == TimeLimit::SameDay;
        match (stand, self.dice.up_to(20)) {
            (Stand::Received, 0..=11) => self.go(What::Transfer, Stand::Processing),
            (Stand::Received, 12) if same_day => self.go(What::Settled, Stand::Settled),
            (Stand::Received, 12..=14) => self.go(What::Supplement, Stand::Supplement),
            (Stand::Received, 15..=17) => self.exclude(false),
            (Stand::Received, 18) => self.go(What::Withdrawn, Stand::Over),
            (Stand::Received, _) => self.go(What::Stopped, Stand::Over),
            (Stand::Processing, 0..=5) => {
                let step = self.next_step();
                self.go(What::StepDone(step), stand)
            }
            (Stand::Processing, 6 | 7) => match self.running_stage() {
                Some(stage) => self.go(What::StageDone(stage), stand),
                None => self.go(What::Transfer, stand),
            },
            (Stand::Processing, 8..=10) => self.go(What::Supplement, Stand::Supplement),
            (Stand::Processing, 11 | 12) => self.go(What::Payment, Stand::Payment),
            (Stand::Processing, 13..=15) => self.exclude(true),
            (Stand::Processing, 16 | 17) => self.go(What::Settled, Stand::Settled),
            (Stand::Processing, 18) => self.go(What::Withdrawn, Stand::Over),
            (Stand::Processing, _) => self.go(What::Stopped, Stand::Over),
            (Stand::Supplement, 0..=16) => self.go(What::Supplemented, Stand::Processing),
            (Stand::Payment, 0..=16) => self.go(What::Paid, Stand::Processing),
            (Stand::Supplement | Stand::Payment, 17 | 18) => self.go(What::Withdrawn, Stand::Over),
            (Stand::Supplement | Stand::Payment, _) => self.go(What::Stopped, Stand::Over),
            (Stand::Excluded(true), 0..=14) => self.go(What::ExclusionEnded, Stand::Processing),
            (Stand::Excluded(false), 0..=14) => self.go(What::ExclusionEnded, Stand::Received),
            (Stand::Excluded(_), 15..=17) => self.go(What::Transfer, Stand::Excluded(true)),
            (Stand::Excluded(_), _) => self.go(What::Withdrawn, Stand::Over),
            (Stand::Settled, 0..=9) => self.go(What::Reopened, Stand::Processing),
            (Stand::Settled | Stand::Over, _) => Stand::Over,
        }
    }

    fn go(&mut self, what: What, to: Stand) -> Stand {
        self.ask(what);
        to
    }

    fn exclude(&mut self, processing: bool) -> Stand {
        let exclusion = *self.dice.pick(&Exclusion::ALL);
        self.go(What::Exclude(exclusion), Stand::Excluded(processing))
    }

    /// Mostly the one after the last; now and then any, or one that the process does not know.
    fn next_step(&mut self) -> String {
        let steps = &self.procedure.steps;
        let last = self.life.iter().rev().find_map(|asked| match &asked.what {
            What::StepDone(step) => steps.iter().position(|one| one.name == *step),
            _ => None,
        });
        let next = last.map_or(1, |last| last + 1);
        match self.dice.up_to(10) {
            0 => "Việc khác".to_owned(),
            1 if !steps.is_empty() => self.dice.pick(steps).name.clone(),
            _ => steps.get(next).map_or_else(|| "Việc khác".to_owned(), |step| step.name.clone()),
        }
    }

    fn running_stage(&mut self) -> Option<String> {
        let done: Vec<&String> = self
            .life
            .iter()
            .filter_map(|asked| match &asked.what {
                What::StageDone(stage) => Some(stage),
                _ => None,
            })
            .collect();
        let stages = &self.procedure.stages;
        let is_done = |place: &usize| done.contains(&&stages[*place].name);
        let running =
            (0..stages.len()).find(|place| !is_done(place) && stages[*place].after.iter().all(&is_done));
        running.map(|place| stages[place].name.clone())
    }

    /// The closure is announced, or revoked where it was.
    fn change_law(&mut self, place: usize) {
        let last = self.life.iter().rev().find_map(|asked| match asked.what {
            What::Announced(_) => Some(What::Revoked),
            What::Revoked => Some(What::Announced(place)),
            _ => None,
        });
        self.ask(last.unwrap_or(What::Announced(place)));
    }

    /// One of the earlier events was really at another time between its neighbours, also where a decision
    /// was announced since.
    fn correct(&mut self) -> bool {
        let times = self.true_times();
        let real: Vec<usize> = (0..self.life.len())
            .filter(|place| !matches!(self.life[*place].what, What::Correct(..)))
            .collect();
        let which = usize::try_from(self.dice.up_to(real.len() as u64)).unwrap();
        let place = real[which];
        if matches!(self.life[place].what, What::Announced(_) | What::Revoked) {
            return false;
        }
        let first = self.filed_at.unwrap_or_else(|| times[place].plus(SignedDuration::from_hours(-30)));
        let before = which.checked_sub(1).map_or(first, |one| times[real[one]]);
        let after = real.get(which + 1).map_or(self.life.last().unwrap().at, |one| times[*one]);
        let (before, after) = (before.seconds(), after.seconds());
        if after <= before {
            return false;
        }
        let at = Moment::from_seconds(self.dice.between(before, after)).unwrap();
        if at == times[place] {
            return false;
        }
        self.ask(What::Correct(place, at));
        true
    }

    fn true_times(&self) -> Vec<Moment> {
        let mut times: Vec<Moment> = self.life.iter().map(|asked| asked.at).collect();
        for asked in &self.life {
            if let What::Correct(place, at) = asked.what {
                times[place] = at;
            }
        }
        times
    }
}

/// Lives in memory: the events that the requests come to, without a database.
pub fn live(desk: &Desk, closures: &Closures, life: &Life) -> Vec<Event> {
    let [head, other] = heads(1);
    let mut law = Arc::clone(&desk.province);
    let mut events: Vec<Event> = Vec::new();
    let mut places: Vec<i64> = Vec::new();
    let procedure = life.procedure.parse().unwrap();
    let procedure = desk.province.catalogue.version(&procedure, 1).unwrap();
    let Competent::Unit(competent) = &procedure.competent else { panic!("a unit") };
    let filing = Filing {
        code: "H35.01.01-250701-0001".to_owned(),
        procedure: life.procedure.clone(),
        procedure_version: 1,
        field: procedure.field.clone(),
        receiving_unit: CENTRE.parse().unwrap(),
        competent_unit: competent.clone(),
        channel: if life.online { "online" } else { "counter" }.to_owned(),
        return_method: ReturnMethod::Counter,
        applicant: None,
        components: Vec::new(),
    };
    let push = |events: &mut Vec<Event>, at: Moment, actor: &Actor, what: Happening| {
        let seq = i64::try_from(events.len()).unwrap() + 1;
        let (actor, unit) = (actor.staff_id, actor.unit.clone());
        events.push(Event { seq, at, recorded_at: at, actor, unit, what });
        seq
    };
    if life.online {
        push(&mut events, life.filed_at, &head, Happening::Submitted { filing: filing.clone() });
    }
    for asked in &life.asked {
        let at = asked.at;
        match asked.what {
            What::Announced(place) => law = closures.under(desk, place),
            What::Revoked => law = Arc::clone(&desk.province),
            _ => {}
        }
        let desk = Desk { now: at, province: Arc::clone(&law), ..desk.clone() };
        let before = Dossier::fold(&events).unwrap();
        let what = match (&asked.what, &before) {
            (What::Received, Some(before)) => resumption::accept(&desk, before, at).unwrap(),
            (What::Received, None) => {
                let rules = desk.province.rules(&filing.field, desk.province.zone().day(at)).unwrap();
                let between = Between::units(&desk, &filing.receiving_unit, &filing.competent_unit);
                let promise = appointment::promise(between, procedure, rules, at, Cause::Receipt).unwrap();
                Happening::Received { filing: Some(filing.clone()), ruleset: rules.id.to_string(), promise }
            }
            (What::Correct(place, true_at), Some(_)) => {
                let corrects = places[*place];
                let reason = "Ghi nhầm thời điểm khi nhập";
                let proposed = correction::proposed(&desk, &events, corrects, *true_at, reason).unwrap();
                let proposal = push(&mut events, at, &head, proposed);
                let before = Dossier::fold(&events).unwrap().unwrap();
                correction::approved(&desk, &other, &before, &events, proposal, reason).unwrap()
            }
            (What::Announced(_) | What::Revoked, Some(before)) => match dated_again(&desk, procedure, before)
            {
                Some(what) => what,
                None => {
                    places.push(0);
                    continue;
                }
            },
            (what, Some(before)) => happening(&desk, before, what, at),
            (_, None) => panic!("a life begins with its receipt"),
        };
        let seq = push(&mut events, at, &other, what);
        places.push(seq);
    }
    events
}

/// What a change of the law means for an open dossier: nothing, or a later date.
fn dated_again(desk: &Desk, procedure: &Procedure, before: &Dossier) -> Option<Happening> {
    let filing = &before.filing;
    let by = By {
        receiving: desk.province.timetable(&filing.receiving_unit),
        competent: desk.province.timetable(&filing.competent_unit),
        second_is_counted: procedure.second_limit.is_some(),
    };
    let old = before.promise().filter(|_| before.ended_at.is_none())?;
    let Recount::Later(due) = recount(before, by, desk.now) else { return None };
    let between = Between::units(desk, &filing.receiving_unit, &filing.competent_unit);
    Some(Happening::Recalculated {
        promise: appointment::recounted(between, old, &due, None),
        due_before: old.due_at,
        due_on_before: old.due_on,
        edition: 2,
        document: "12/QĐ-UBND".to_owned(),
        reason: "Bão".to_owned(),
    })
}

fn happening(desk: &Desk, before: &Dossier, what: &What, at: Moment) -> Happening {
    let reason = || "Lý do dài hơn mười ký tự".to_owned();
    match what {
        What::Transfer => Happening::Transfer {
            to_unit: before.filing.competent_unit.clone(),
            to_officer: None,
            giver: process::handed_over(desk, before, None, at),
        },
        What::StepDone(step) => Happening::StepDone {
            step: step.clone(),
            to_officer: None,
            giver: process::handed_over(desk, before, Some(step), at),
        },
        What::StageDone(stage) => Happening::StageDone {
            stage: stage.clone(),
            giver: process::stage_handed_over(desk, before, stage, at),
        },
        What::Supplement => Happening::SupplementRequested {
            items: vec!["Giấy".to_owned()],
            reason: reason(),
            contact: None,
            exceptional: false,
        },
        What::Supplemented => {
            Happening::Supplemented { promise: resumption::resumed(desk, before, at).unwrap() }
        }
        What::Payment => Happening::PaymentRequested { reason: reason() },
        What::Paid => Happening::Paid { promise: resumption::second_appointment(desk, before, at).unwrap() },
        What::Exclude(exclusion) => {
            Happening::ExclusionBegan { exclusion: *exclusion, basis: reason(), document: None }
        }
        What::ExclusionEnded => Happening::ExclusionEnded {
            document: None,
            promise: resumption::after_exclusion(desk, before, at).unwrap(),
        },
        What::Settled => Happening::Settled,
        What::Withdrawn => Happening::Withdrawn { reason: reason() },
        What::Stopped => Happening::Stopped { reason: reason() },
        What::Reopened => Happening::Reopened { reason: reason() },
        What::Received | What::Correct(..) | What::Announced(_) | What::Revoked => {
            unreachable!("told by the caller")
        }
    }
}

/// The request that asks for it through the service; corrections are two requests.
pub fn change(what: &What, competent: &str) -> Change {
    let reason = || "Lý do dài hơn mười ký tự".to_owned();
    match what {
        What::Received => Change::Received {},
        What::Transfer => Change::Transfer { to_unit: competent.to_owned(), to_officer: None },
        What::StepDone(step) => Change::StepDone { step: step.clone(), to_officer: None },
        What::StageDone(stage) => Change::StageDone { stage: stage.clone() },
        What::Supplement => {
            Change::SupplementRequested { items: vec!["Giấy".to_owned()], reason: reason(), contact: None }
        }
        What::Supplemented => Change::Supplemented {},
        What::Payment => Change::PaymentRequested { reason: reason() },
        What::Paid => Change::Paid {},
        What::Exclude(exclusion) => {
            Change::ExclusionBegan { exclusion: *exclusion, basis: reason(), document: None }
        }
        What::ExclusionEnded => Change::ExclusionEnded { document: None },
        What::Settled => Change::Settled {},
        What::Withdrawn => Change::Withdrawn { reason: reason() },
        What::Stopped => Change::Stopped { reason: reason() },
        What::Reopened => Change::Reopened { reason: reason() },
        What::Correct(..) => panic!("a correction is two requests"),
        What::Announced(_) | What::Revoked => panic!("no request of a dossier"),
    }
}

/// How a life stands at `now`, as the second program tells it.
pub fn answer(desk: &Desk, events: &[Event], now: Moment) -> Value {
    let desk = &Desk { now, ..desk.clone() };
    let zone = desk.province.zone();
    let local = |at: Moment| zone.rfc3339(at)[..19].to_owned();
    let dossier = Dossier::fold(events).unwrap().unwrap();
    let timetable = desk.province.timetable(&dossier.filing.competent_unit);
    let process = process::process_of(desk, &dossier).unwrap();
    let lines = process::slip_of(desk, &dossier, events).unwrap();
    let stages = process::stages_of(desk, &dossier);
    let attribution = process::attribution_of(desk, &dossier, &lines, &stages);
    check_parts(&attribution);
    let time = dossier.working_time(timetable, now).unwrap();
    let amount = |counted: Counted| match counted {
        Counted::WorkingDays(days) | Counted::CalendarDays(days) => i64::from(days),
        Counted::WorkingTime(time) => time.as_secs(),
    };
    let runs = dossier.runs(timetable, now);
    json!({
        "promises": dossier.promises.iter().map(|one| {
            json!([local(one.counted_from), local(one.due_at), one.due_on.to_string(), local(one.late_from)])
        }).collect::<Vec<_>>(),
        "late": dossier.is_late_at(now),
        "late_before_stop": dossier.late_before_stop,
        "outcome": dossier.outcome().map(|outcome| outcome.id()),
        "index766": dossier.counts_late_under_766(),
        "reopened": dossier.settled_before.len(),
        "runs": runs.iter().map(|run| {
            let unit = match run.allowance {
                Counted::WorkingDays(_) => "wd",
                Counted::CalendarDays(_) => "cd",
                Counted::WorkingTime(_) => "s",
            };
            json!([unit, amount(run.allowance), amount(run.used), amount(run.left)])
        }).collect::<Vec<_>>(),
        "steps": (0..process.steps.len())
            .map(|no| process.due(&dossier, dossier.promise(), no).map(local))
            .collect::<Vec<_>>(),
        "handed_over": events.iter().filter_map(handed_over).map(|giver| {
            giver.map(|giver| json!([local(giver.due_at), giver.timeliness.id()]))
        }).collect::<Vec<_>>(),
        "stages": stages.iter().map(|(_, run)| {
            json!([
                run.planned_start.map(local), run.planned_due.map(local), run.started_at.map(local),
                run.due_at.map(local), run.is_late_at(now),
            ])
        }).collect::<Vec<_>>(),
        "elapsed": time.elapsed.as_secs(),
        "excluded": time.excluded.as_secs(),
        "late_s": attribution.seconds,
    })
}

fn handed_over(event: &Event) -> Option<Option<HandOver>> {
    match &event.what {
        Happening::Transfer { giver, .. } | Happening::StepDone { giver, .. } => Some(*giver),
        _ => None,
    }
}

/// LINK-05: whole seconds that add up to the whole, and nobody with nothing.
fn check_parts(attribution: &Attribution) {
    assert_eq!(attribution.shares.iter().map(|share| share.seconds).sum::<u64>(), attribution.seconds);
    assert!(attribution.shares.iter().all(|share| share.seconds > 0), "{attribution:?}");
}
