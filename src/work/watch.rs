//! How the service itself stands, for those who see to it: who leads, what was done and comes
//! next, and what somebody should look at. Changes nothing.

use jiff::SignedDuration;

use super::desk::Desk;
use crate::db::{Result, Tx};
use crate::domain::refusal::Said;
use crate::domain::staff::{Actor, Deed};
use crate::domain::time::Moment;
use crate::store::alarms::{self, Alarm};
use crate::store::lease::{self, Leader};
use crate::store::ticks::{self, Last, Noted};

/// What is over is still told for so long.
const TOLD: SignedDuration = SignedDuration::from_hours(24 * 7);
const MOST_ALARMS: i64 = 20;

/// How the service stands.
#[derive(Clone, Debug)]
pub struct Overview {
    pub leader: Leader,
    /// The names of the nodes that live or did lately, the one heard of last first.
    pub nodes: Vec<String>,
    pub tasks: Vec<TaskTold>,
    /// Open ones first.
    pub alarms: Vec<AlarmTold>,
}

/// A task, what became of its latest due time and when the next is.
#[derive(Clone, Debug)]
pub struct TaskTold {
    pub task: String,
    pub name: Said,
    pub last: Option<Last>,
    pub next: Option<Moment>,
}

/// An alarm in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmTold {
    pub raised_at: Moment,
    pub is_open: bool,
    pub what: Said,
}

/// How the service stands at an instant.
pub async fn overview(tx: &mut Tx, now: Moment) -> Result<Overview> {
    let mut tasks = Vec::new();
    for Noted { task, next_due_at, .. } in ticks::noted(tx).await? {
        let last = ticks::last(tx, &task).await?;
        tasks.push(TaskTold { name: name_of(&task), last, next: next_due_at, task });
    }
    let alarms = alarms::since(tx, now.plus(-TOLD), MOST_ALARMS).await?;
    Ok(Overview {
        leader: lease::leader(tx).await?,
        nodes: lease::nodes(tx).await?.into_iter().map(|node| node.name).collect(),
        tasks,
        alarms: alarms.iter().map(told).collect(),
    })
}

/// The same for a person; nothing for those who don't see to the service.
pub async fn overview_for(tx: &mut Tx, desk: &Desk, actor: &Actor) -> Result<Option<Overview>> {
    if desk.allow_whole(actor, Deed::ManageService).is_err() {
        return Ok(None);
    }
    overview(tx, desk.now).await.map(Some)
}

/// Numbers of the service, for whoever measures it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub epoch: i64,
    /// How many due times there are in each state.
    pub ticks: Vec<(String, i64)>,
    /// How many alarms of each kind are open.
    pub alarms: Vec<(String, i64)>,
}

pub async fn numbers(tx: &mut Tx) -> Result<Numbers> {
    Ok(Numbers {
        epoch: lease::leader(tx).await?.epoch,
        ticks: ticks::counts(tx).await?,
        alarms: alarms::open_counts(tx).await?,
    })
}

fn name_of(task: &str) -> Said {
    match task {
        "backup" => Said::new("Sao lưu", "Backup"),
        "digest" => Said::new("Thư tổng hợp buổi sáng", "Morning digest"),
        "drill" => Said::new("Diễn tập khôi phục", "Restore drill"),
        "statistics" => Said::new("Thống kê tháng", "Monthly statistics"),
        "tidy" => Said::new("Dọn dữ liệu hết hạn lưu", "Tidying up"),
        other => Said::new(other, other),
    }
}

fn told(alarm: &Alarm) -> AlarmTold {
    let Alarm { kind, subject, node, detail, .. } = alarm;
    let what = match kind.as_str() {
        "loop_stuck" if subject == "post" => Said::new(
            format!("Việc gửi thư trên máy {node} không tiến triển ({detail} giây). Kiểm tra máy chủ thư."),
            format!("The post of {node} is stuck ({detail} s). Look at the mail relay."),
        ),
        "loop_stuck" => Said::new(
            format!("Tiến trình nền {subject} trên máy {node} không hoạt động ({detail} giây)."),
            format!("The loop {subject} of {node} is stuck ({detail} s)."),
        ),
        "task_dead" => {
            let name = name_of(subject);
            Said::new(
                format!("{}: đã thử nhiều lần mà không xong, đã dừng ({detail}).", name.vietnamese),
                format!("{}: tried many times and given up ({detail}).", name.english),
            )
        }
        "clock_moved" => Said::new(
            format!("Đồng hồ của máy {node} bị chỉnh {detail} giây. Kiểm tra đồng bộ giờ (NTP)."),
            format!("The clock of {node} was set by {detail} s. Check its time server."),
        ),
        other => Said::new(
            format!("{other} {subject} {node}: {detail}"),
            format!("{other} {subject} {node}: {detail}"),
        ),
    };
    AlarmTold { raised_at: alarm.raised_at, is_open: alarm.cleared_at.is_none(), what }
}
