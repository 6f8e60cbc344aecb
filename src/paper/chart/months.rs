//! One rate over the months: a line, its last and its lowest point labelled.

use askama::Template;

use super::percent;
use crate::paper::{Language, Svg};

/// One month's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthPoint {
    /// `11/2026`
    pub label: String,
    pub met: u32,
    pub evaluable: u32,
}

const LEFT: f64 = 56.0;
const WIDTH: f64 = 640.0;
const TOP: f64 = 24.0;
const HEIGHT: f64 = 140.0;

struct Dot {
    x: f64,
    y: f64,
    title: String,
    label: Option<String>,
    label_y: f64,
}

struct Tick {
    x: f64,
    text: String,
}

#[derive(Template)]
#[template(path = "month_line.svg")]
struct Line {
    title: String,
    description: String,
    path: String,
    dots: Vec<Dot>,
    months: Vec<Tick>,
    levels: Vec<(f64, String)>,
}

/// The line; a month in which nothing was evaluable leaves a gap (RATE-04). The scale
/// begins at the ten below the lowest rate, as lengths are not compared here.
///
/// # Errors
/// Where the template cannot be rendered.
pub fn month_line(title: &str, points: &[MonthPoint], language: Language) -> Result<Svg, askama::Error> {
    let share = |p: &MonthPoint| (p.evaluable > 0).then(|| 100.0 * f64::from(p.met) / f64::from(p.evaluable));
    let lowest = points.iter().filter_map(share).fold(100.0_f64, f64::min);
    let floor = ((lowest / 10.0).floor() * 10.0).min(90.0);
    let height = |rate: f64| TOP + HEIGHT * (100.0 - rate) / (100.0 - floor);
    let steps = f64::from(u32::try_from(points.len().saturating_sub(1)).unwrap_or(1).max(1));
    let last = points.iter().rposition(|p| p.evaluable > 0);
    let low = points.iter().position(|p| share(p) == Some(lowest));

    let (mut path, mut dots, mut months, mut said, mut pen_down) =
        (String::new(), vec![], vec![], vec![], false);
    for (index, (point, step)) in points.iter().zip(0_u32..).enumerate() {
        let x = LEFT + WIDTH * f64::from(step) / steps;
        let short = point.label.split(['/', ' ']).next().unwrap_or_default();
        let is_told_whole = index == 0 || short == "1" || short == "Jan" && index > 1;
        let brief = || language.choose(format!("T{short}"), short.to_owned());
        let text = if is_told_whole { point.label.clone() } else { brief() };
        months.push(Tick { x, text });
        let (Some(rate), Some(text)) = (share(point), percent(point.met, point.evaluable, language)) else {
            said.push(format!("{}: {}", point.label, language.choose("không phát sinh", "none")));
            pen_down = false;
            continue;
        };
        let y = height(rate);
        path.push_str(&format!("{}{x:.1} {y:.1}", if pen_down { "L" } else { "M" }));
        pen_down = true;
        let title = format!("{}: {text} ({}/{})", point.label, point.met, point.evaluable);
        let label = (Some(index) == last || Some(index) == low).then_some(text);
        said.push(title.clone());
        let label_y = if Some(index) == low { y + 20.0 } else { y - 10.0 };
        dots.push(Dot { x, y, title, label, label_y });
    }
    let middle = f64::midpoint(floor, 100.0);
    Svg::render(&Line {
        title: title.to_owned(),
        description: format!("{}.", said.join("; ")),
        path,
        dots,
        months,
        levels: [floor, middle, 100.0]
            .iter()
            .map(|level| (height(*level), format!("{level:.0} %")))
            .collect(),
    })
}
