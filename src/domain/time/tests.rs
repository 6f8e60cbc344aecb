//! What instants, days and zones promise, tried from outside of their rooms.

use super::*;

/// The fast writing of instants and days says what the library says.
#[test]
fn instants_and_days_are_written_as_the_library_writes_them() {
    let utc = Zone::named("UTC").unwrap();
    let mut micros = -62_135_596_800_000_000_i64; // the year 1
    while micros < 253_402_207_200_000_000 {
        let moment = Moment::from_micros(micros).unwrap();
        assert_eq!(moment.to_string(), format!("{:.6}", moment.timestamp()));
        let day = utc.day(moment);
        assert_eq!(day.to_string(), day.0.to_string());
        micros += 7_777_777_777_777;
    }
    let before_christ = Moment::new("-000009-03-01T00:00:00Z".parse().unwrap());
    assert_eq!(before_christ.to_string(), format!("{:.6}", before_christ.timestamp()));
}
