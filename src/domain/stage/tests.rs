//! Stages, sequential and parallel, inside one appointment (LINK-01 to LINK-06).

use super::*;
use crate::domain::deadline::fixture::{at, office, terms};
use crate::domain::dossier::fixture::{event, moment, promise, received, supplement, transfer};
use crate::domain::event::Happening;
use crate::domain::limit::CutOff;

fn stage(name: &str, limit: &str, after: &[usize]) -> Stage {
    let unit = Competent::Unit("H35.21".parse().unwrap());
    Stage { name: name.to_owned(), unit, limit: limit.parse().unwrap(), after: after.to_vec() }
}

/// Registration, certificate, licence: one after the other (LINK-03).
fn karaoke() -> Vec<Stage> {
    vec![stage("Đăng ký", "3wd", &[]), stage("An ninh", "3wd", &[0]), stage("Karaoke", "10wd", &[1])]
}

fn procedure(stages: Vec<Stage>) -> Procedure {
    Procedure {
        code: "1.000001".parse().unwrap(),
        version: 1,
        valid_from: None,
        valid_to: None,
        name_vi: "Cấp phép karaoke liên thông".to_owned(),
        name_en: None,
        field: "Văn hóa".to_owned(),
        tiers: Vec::new(),
        competent: Competent::Unit("H35.21".parse().unwrap()),
        statutory_limit: "16wd".parse().unwrap(),
        committed_limit: None,
        cutoff: None,
        cutoff_effect: None,
        due_time: None,
        supplement_clock: None,
        supplement_deadline_wd: None,
        second_limit: None,
        channels: Vec::new(),
        fee: None,
        components: Vec::new(),
        steps: Vec::new(),
        stages,
        demonstration: true,
    }
}

/// Received on Monday 1/6/2026 with 16 working days, and then what happens.
fn runs(stages: Vec<Stage>, life: &[(&str, Happening)]) -> Vec<StageRun> {
    let start = moment("2026-06-01 09:00");
    let mut dossier =
        Dossier::begin(&event(1, start, received(Some(promise("2026-06-01 09:00", "16wd", None))))).unwrap();
    dossier = dossier.after(&event(2, start, transfer())).unwrap();
    for (seq, (when, what)) in (3..).zip(life) {
        dossier = dossier.after(&event(seq, moment(when), what.clone())).unwrap();
    }
    let (procedure, office) = (procedure(stages), office());
    Stages { procedure: &procedure, dossier: &dossier, timetable_of: &|_| &office }.runs()
}

fn done(stage: &str) -> Happening {
    Happening::StageDone { stage: stage.to_owned(), giver: None }
}

/// LINK-04 with the example of LINK-03: 3 + 3 + 10 days fit into 16 and not into 15.
#[test]
fn link_04_the_longest_path_fits_into_the_overall_limit() {
    assert_eq!(check(&karaoke(), "16wd".parse().unwrap()), Ok(()));
    let too_long = check(&karaoke(), "15wd".parse().unwrap());
    assert_eq!(
        too_long,
        Err(StageError::TooLong { last: 2, sum: "16wd".to_owned(), limit: "15wd".parse().unwrap() })
    );
    let parallel = vec![stage("A", "3wd", &[]), stage("B", "8wd", &[]), stage("C", "5wd", &[0, 1])];
    assert_eq!(check(&parallel, "13wd".parse().unwrap()), Ok(()), "the longer of two side by side");
    assert!(check(&parallel, "12wd".parse().unwrap()).is_err());
    assert_eq!(
        check(&[stage("A", "8wh", &[])], "3wd".parse().unwrap()),
        Err(StageError::OtherUnit(0)),
        "TIME-09"
    );
    assert_eq!(check(&karaoke(), "none".parse().unwrap()), Ok(()));
}

/// LINK-03: the stages planned one after the other end with the overall appointment.
#[test]
fn link_03_sequential_stages_end_with_the_appointment() {
    let runs = runs(karaoke(), &[]);
    let planned: Vec<_> =
        runs.iter().map(|run| (run.planned_start.unwrap(), run.planned_due.unwrap())).collect();
    let (first, second, third) =
        (moment("2026-06-04 17:00"), moment("2026-06-09 17:00"), moment("2026-06-23 17:00"));
    assert_eq!(planned, [(moment("2026-06-01 09:00"), first), (first, second), (second, third)]);
    assert_eq!(third, promise("2026-06-01 09:00", "16wd", None).due_at);
    assert_eq!(
        runs.iter().map(|run| run.started_at).collect::<Vec<_>>(),
        [Some(moment("2026-06-01 09:00")), None, None]
    );
}

/// LINK-02, LINK-05: a stage starts with the result before it, is late by its own limit, and a stage may
/// be late while the dossier is not.
#[test]
fn link_05_a_stage_is_late_by_its_own_limit() {
    let runs =
        runs(karaoke(), &[("2026-06-03 09:00", done("Đăng ký")), ("2026-06-09 09:00", done("An ninh"))]);
    assert_eq!(runs[1].started_at, Some(moment("2026-06-03 09:00")));
    assert_eq!(runs[1].due_at, Some(moment("2026-06-08 17:00")), "not the planned 9/6");
    assert!(
        runs[1].is_late_at(moment("2026-06-10 09:00")) && !runs[0].is_late_at(moment("2026-06-10 09:00"))
    );
    assert_eq!(runs[0].timeliness(&office()), Some(Outcome::Early));
    assert_eq!(runs[1].timeliness(&office()), Some(Outcome::Late));
    assert_eq!(runs[2].due_at, Some(moment("2026-06-23 17:00")), "and the appointment can still be kept");
    // LATE-00: a limit in days is kept until the end of the day.
    let evening = super::tests::runs(karaoke(), &[("2026-06-04 20:00", done("Đăng ký"))]);
    assert_eq!(evening[0].timeliness(&office()), Some(Outcome::OnTime));
}

/// TRF-05: the limits of the ways between agencies are data, those of the land registration here: five days
/// for the commune to verify, three for the tax notice, two to the registry. A late notice is the tax
/// authority's alone; who comes after it has its whole limit.
#[test]
fn trf_05_each_way_between_agencies_has_its_own_limit() {
    let land = || {
        vec![
            stage("Xác minh", "5wd", &[]),
            stage("Thuế", "3wd", &[0]),
            stage("Vào sổ địa chính", "2wd", &[1]),
        ]
    };
    assert_eq!(check(&land(), "10wd".parse().unwrap()), Ok(()));
    assert!(check(&land(), "9wd".parse().unwrap()).is_err());
    let runs = runs(
        land(),
        &[
            ("2026-06-08 16:00", done("Xác minh")),
            ("2026-06-12 09:00", done("Thuế")),
            ("2026-06-16 16:00", done("Vào sổ địa chính")),
        ],
    );
    let due: Vec<_> = runs.iter().map(|run| run.due_at.unwrap()).collect();
    assert_eq!(due, ["2026-06-08 17:00", "2026-06-11 17:00", "2026-06-16 17:00"].map(moment));
    let stood: Vec<_> = runs.iter().map(|run| run.timeliness(&office()).unwrap()).collect();
    assert_eq!(stood, [Outcome::OnTime, Outcome::Late, Outcome::OnTime]);
}

/// LINK-02: parallel stages start together; what follows them starts with the later result.
#[test]
fn link_02_parallel_stages_start_together() {
    let stages = || vec![stage("A", "3wd", &[]), stage("B", "5wd", &[]), stage("C", "4wd", &[0, 1])];
    let start = moment("2026-06-01 09:00");
    let open = runs(stages(), &[("2026-06-08 10:00", done("B"))]);
    assert_eq!(
        (open[0].started_at, open[1].started_at, open[2].started_at),
        (Some(start), Some(start), None)
    );
    assert_eq!(open[2].planned_start, Some(moment("2026-06-08 17:00")), "the latest of the two");
    let both = runs(stages(), &[("2026-06-08 10:00", done("B")), ("2026-06-09 09:00", done("A"))]);
    assert_eq!(both[2].started_at, Some(moment("2026-06-09 09:00")));
    assert!(both[0].is_late_at(moment("2026-06-09 09:00")));
}

/// SUP-04: a stop of the dossier's clock is one of the stage that goes on, and of no other.
#[test]
fn a_stop_moves_the_stage_that_goes_on() {
    let again = crate::domain::promise::Promise {
        cause: Cause::SupplementRestart,
        ..promise("2026-06-15 09:00", "16wd", None)
    };
    let runs = runs(
        karaoke(),
        &[
            ("2026-06-03 09:00", done("Đăng ký")),
            ("2026-06-05 09:00", supplement()),
            ("2026-06-15 09:00", Happening::Supplemented { promise: Some(again) }),
        ],
    );
    assert_eq!(runs[0].due_at, Some(moment("2026-06-04 17:00")));
    assert_eq!(runs[1].due_at, Some(moment("2026-06-18 17:00")), "counted again from the 15th");
}

/// LINK-06: three working days, five where verification is needed; after 15:00 from the next working day.
#[test]
fn link_06_the_interlinked_birth_registration() {
    let unit = office();
    let due = |received: &str, limit: &str| {
        let terms = Terms { cutoff: CutOff::After15h, ..terms(limit) };
        unit.due(at(&unit, received), &terms).unwrap().unwrap()
    };
    assert_eq!(due("2026-06-01T15:00:00", "3wd").on, "2026-06-04".parse().unwrap());
    assert_eq!(due("2026-06-01T15:00:01", "3wd").counting_starts, "2026-06-02".parse().unwrap());
    assert_eq!(due("2026-06-01T15:00:01", "3wd").on, "2026-06-04".parse().unwrap());
    assert_eq!(due("2026-06-01T15:00:01", "5wd").on, "2026-06-08".parse().unwrap());
    // Under the other reading of the clause it is received on the 2nd (TIME-05).
    let deemed = Terms {
        cutoff: CutOff::After15h,
        cutoff_effect: crate::domain::limit::CutOffEffect::TreatAsReceivedNextWd,
        ..terms("3wd")
    };
    assert_eq!(
        unit.due(at(&unit, "2026-06-01T15:00:01"), &deemed).unwrap().unwrap().on,
        "2026-06-05".parse().unwrap()
    );
}
