//! A stream of questions, one JSON object a line, answered in order and in constant memory.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;

use super::refusal;
use super::request::Request;
use crate::domain::calendar::{Calendar, Timetable};
use crate::domain::deadline::{DeadlineError, Due};

/// A longer line is no question; it is skipped and answered as such.
const LONGEST_LINE: u64 = 1 << 20;

/// Office hours met so far are kept compiled, up to this many.
const KEPT: usize = 32;

/// Which side of the stream broke.
pub(super) enum Broken {
    Input(io::Error),
    Output(io::Error),
}

pub(super) fn run<R: Read>(
    calendar: Arc<Calendar>,
    mut input: BufReader<R>,
    out: &mut impl Write,
) -> Result<(), Broken> {
    let mut units = Units { calendar, kept: Vec::new() };
    let mut line = Vec::new();
    loop {
        // Whoever feeds the stream line by line gets each answer before the next question.
        if input.buffer().is_empty() {
            out.flush().map_err(Broken::Output)?;
        }
        let Some(whole) = read_line(&mut input, &mut line).map_err(Broken::Input)? else {
            return out.flush().map_err(Broken::Output);
        };
        let answer = if whole {
            Request::from_line(&line).and_then(|request| units.due(&request))
        } else {
            Err(DeadlineError::invalid("line", "the line is longer than 1 MiB"))
        };
        write_answer(out, &units.calendar, &answer).map_err(Broken::Output)?;
    }
}

/// Reads one line without its end; false where it was too long, none at the end of the input.
fn read_line<R: Read>(input: &mut BufReader<R>, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    if input.by_ref().take(LONGEST_LINE).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(true));
    }
    let whole = input.fill_buf()?.is_empty();
    if !whole {
        input.skip_until(b'\n')?;
    }
    Ok(Some(whole))
}

struct Units {
    calendar: Arc<Calendar>,
    kept: Vec<(Option<String>, Timetable)>,
}

impl Units {
    fn due(&mut self, request: &Request) -> Result<Option<Due>, DeadlineError> {
        let hours = request.hours.as_deref();
        if let Some((_, unit)) = self.kept.iter().find(|(kept, _)| kept.as_deref() == hours) {
            let (received, terms) = request.read_known_hours(unit.zone())?;
            return unit.due(received, &terms);
        }
        let asked = request.read(self.calendar.zone())?;
        let unit = Timetable::new(Arc::clone(&self.calendar), asked.hours);
        let due = unit.due(asked.received, &asked.terms);
        if self.kept.len() == KEPT {
            self.kept.clear();
        }
        self.kept.push((hours.map(str::to_owned), unit));
        due
    }
}

fn write_answer(
    out: &mut impl Write,
    calendar: &Calendar,
    answer: &Result<Option<Due>, DeadlineError>,
) -> io::Result<()> {
    match answer {
        Ok(Some(due)) => {
            let at = calendar.zone().rfc3339(due.at);
            writeln!(
                out,
                r#"{{"due":"{at}","due_date":"{}","counting_starts":"{}"}}"#,
                due.on, due.counting_starts
            )
        }
        Ok(None) => writeln!(out, r#"{{"due":null,"due_date":null}}"#),
        Err(error) => writeln!(out, "{}", refusal(error)),
    }
}
