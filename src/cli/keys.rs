//! `dunghen keys rotate`: a new key for what is sealed from now on, and for all that was sealed before.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::setup::{self, Failed};
use crate::db::Purpose;
use crate::work::keys;

#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Seal with a new key from now on, and put all that older keys sealed under it.
    ///
    /// Several nodes: run it with --prepare, carry the key file to every node, then run it without.
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
struct RotateArgs {
    /// Only put a new key into the key file; nothing is sealed with it yet.
    #[arg(long)]
    prepare: bool,
}

pub(super) async fn run(config: Option<&Path>, args: &KeysArgs) -> Result<ExitCode, Failed> {
    let KeysCommand::Rotate(args) = &args.command;
    let configuration = setup::configuration(config)?;
    let file = configuration.settings.key_file();
    let db = setup::database(&configuration, Purpose::Command).await?;
    let keys = setup::keys(&configuration, &db).await?;
    if args.prepare {
        setup::replace_keys(&file, &keys.with_new_key())?;
        db.close().await;
        setup::print(&format!(
            "Đã thêm khóa mới vào {}. Chép tệp này sang mọi máy chủ rồi chạy `dunghen keys rotate`.",
            file.display()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    // What was prepared takes its turn; without it a new key is made here.
    let prepared = keys.sealing_with_newest();
    let turned = prepared.or_else(|| keys.with_new_key().sealing_with_newest());
    let Some(turned) = turned else {
        return Err(Failed::Unusable(format!("{}: không có khóa nào để dùng tiếp", file.display())));
    };
    setup::replace_keys(&file, &turned)?;
    let desk = setup::desk(&configuration, turned, &setup::clock(&configuration));
    let done = keys::reseal_all(&db, &desk).await;
    db.close().await;
    let done = done?;
    setup::print(&format!(
        "Từ nay dùng khóa số {}; đã mã hóa lại {done} mục. Giữ các khóa cũ trong tệp: các bản sao lưu cũ còn cần.",
        desk.keys.current()
    ));
    Ok(ExitCode::SUCCESS)
}
