//! The criteria of PAR INDEX that dossiers decide: on-time settlement of each tier, and apologies
//! (PAR-02 to PAR-04). The evidence pack is the list of the period's apologies.

mod render;

use std::collections::BTreeMap;

use super::apologies::{self, Apologies};
use super::ii06::Level;
use super::{Asked as OnTimeAsked, Basis, Dimension, PeriodStyle, on_time};
use crate::db::{Result, Tx};
use crate::domain::scales::{Points, Scales};
use crate::domain::staff::Actor;
use crate::domain::statistics::Figures;
use crate::domain::time::Day;
use crate::work::desk::Desk;

pub use render::{csv, json};

/// What is asked for; both ends are included.
#[derive(Clone, Debug)]
pub struct Asked {
    pub from: Day,
    pub to: Day,
    pub scales: Scales,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Par {
    /// Of each tier, what ended in the period.
    pub rows: Vec<(Level, Figures)>,
    pub total: Figures,
    pub apologies: apologies::Figures,
}

impl Par {
    /// What a tier's rate is worth; none where nothing ended (PAR-03, RATE-04).
    #[must_use]
    pub fn on_time(figures: Figures, scales: &Scales) -> Option<Points> {
        figures.rate().map(|rate| scales.par.on_time(rate))
    }

    /// What the apologies are worth (PAR-04).
    #[must_use]
    pub fn apologised(&self, scales: &Scales) -> Points {
        scales.par.apologies(self.apologies.unsent)
    }
}

/// Counts the whole province, or what `actor` may see of it.
///
/// # Errors
/// Where the period ends before it begins.
pub async fn par(tx: &mut Tx, desk: &Desk, actor: &Actor, asked: &Asked) -> Result<Par> {
    let question = OnTimeAsked {
        from: asked.from,
        to: asked.to,
        basis: Basis::Settled,
        by: Dimension::Unit,
        and_by: None,
        unit: None,
        period_style: PeriodStyle::Calendar,
    };
    let ended = on_time(tx, desk, actor, &question).await?;
    let mut rows: BTreeMap<Level, Figures> = BTreeMap::new();
    for row in &ended.rows {
        let code = row.labels.first().and_then(|label| label.code.as_deref()).unwrap_or_default();
        let level = code.parse().map_or(Level::Outside, |unit| Level::of(desk, &unit));
        let tier = rows.entry(level).or_default();
        *tier = tier.plus(row.figures);
    }
    let owed = apologies::Asked { from: asked.from, to: asked.to, unit: None };
    let Apologies { total: apologies, .. } = apologies::apologies(tx, desk, actor, &owed).await?;
    Ok(Par { rows: rows.into_iter().collect(), total: ended.total, apologies })
}
