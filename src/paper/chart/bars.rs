//! On-time rates side by side: one bar a unit, from zero, labelled at its end.

use askama::Template;

use super::{FEW, percent, wilson};
use crate::paper::{Language, Svg};

/// One unit's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateBar {
    pub label: String,
    /// Dossiers settled early or on the due day.
    pub met: u32,
    /// All that could be evaluated.
    pub evaluable: u32,
}

const LABEL: f64 = 250.0;
const BAR: f64 = 400.0;
const ROW: f64 = 28.0;

struct Drawn {
    label: String,
    y: f64,
    width: f64,
    text_x: f64,
    text: String,
    interval: Option<(f64, f64)>,
    lowest: bool,
}

#[derive(Template)]
#[template(path = "rate_bars.svg")]
struct Bars {
    title: String,
    description: String,
    height: f64,
    foot: f64,
    ticks: [(f64, &'static str); 5],
    bars: Vec<Drawn>,
}

/// The bars, in the order given; the lowest rate stands out by weight, not by colour alone.
///
/// # Errors
/// Where the template cannot be rendered.
pub fn rate_bars(title: &str, rows: &[RateBar], language: Language) -> Result<Svg, askama::Error> {
    let share = |row: &RateBar| f64::from(row.met) / f64::from(row.evaluable);
    let lowest =
        rows.iter().filter(|row| row.evaluable > 0 && row.met < row.evaluable).map(share).reduce(f64::min);
    let mut y = 8.0;
    let mut bars = Vec::new();
    let mut said = Vec::new();
    for row in rows {
        let rate = percent(row.met, row.evaluable, language);
        let text = match &rate {
            Some(rate) => format!("{rate} ({}/{})", row.met, row.evaluable),
            None => language.choose("không phát sinh", "none").to_owned(),
        };
        said.push(format!("{}: {text}", row.label));
        let width = if row.evaluable == 0 { 0.0 } else { share(row) * BAR };
        let interval = (row.evaluable < FEW)
            .then(|| wilson(row.met, row.evaluable))
            .flatten()
            .map(|(low, high)| (LABEL + low * BAR, LABEL + high * BAR));
        let text_x = interval.map_or(LABEL + width, |(_, high)| high.max(LABEL + width)) + 8.0;
        bars.push(Drawn {
            label: row.label.clone(),
            y,
            width,
            text_x,
            text,
            interval,
            lowest: rate.is_some() && Some(share(row)) == lowest,
        });
        y += ROW;
    }
    let at = |percent: f64| LABEL + BAR * percent / 100.0;
    Svg::render(&Bars {
        title: title.to_owned(),
        description: format!("{}.", said.join("; ")),
        height: y + 24.0,
        foot: y,
        ticks: [(at(0.0), "0"), (at(25.0), "25"), (at(50.0), "50"), (at(75.0), "75"), (at(100.0), "100 %")],
        bars,
    })
}
