//! Every page with believable matter: written to `target/pages` to be looked at, and checked
//! for what no page may do (inline style or script, unlabelled fields, ids twice).

#[path = "pages/people.rs"]
mod people;
#[path = "pages/sample.rs"]
mod sample;

use std::collections::HashSet;
use std::path::Path;

use askama::Template;
use dunghen::web::assets::address;

/// Every page under the name of its file.
fn pages() -> Vec<(&'static str, String)> {
    fn page(template: &impl Template) -> String {
        template.render().expect("a page")
    }
    vec![
        ("welcome", page(&sample::welcome())),
        ("sign-in", page(&sample::sign_in())),
        ("board", page(&sample::board())),
        ("board-quiet", page(&sample::quiet_board())),
        ("intake", page(&sample::intake())),
        ("intake-wrong", page(&sample::intake_wrong())),
        ("dossier", page(&sample::dossier())),
        ("dossier-stopped", page(&sample::stopped_dossier())),
        ("dossiers", page(&sample::dossiers())),
        ("dossiers-none", page(&sample::no_dossiers())),
        ("rates", page(&sample::rates())),
        ("outbox", page(&sample::outbox())),
        ("letter", page(&sample::letter())),
        ("problem", page(&sample::problem())),
        ("slip", page(&sample::slip())),
        ("procedures", page(&sample::procedures())),
        ("procedures-public", page(&sample::public_procedures())),
        ("procedure", page(&sample::procedure())),
        ("procedure-public", page(&sample::public_procedure())),
        ("account", page(&people::account())),
        ("factor", page(&people::scan())),
        ("factor-codes", page(&people::recovery_codes())),
        ("code-wanted", page(&people::code_wanted())),
        ("people", page(&people::people())),
        ("person-new", page(&people::new_person())),
        ("person", page(&people::person())),
        ("activate", page(&people::activate())),
        ("audit", page(&people::audit())),
    ]
}

#[test]
fn every_page_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("pages");
    let assets = folder.join("assets");
    std::fs::create_dir_all(&assets).expect("a folder");
    for name in ["app.css", "app.js", "icon.svg"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/assets").join(name);
        std::fs::copy(from, assets.join(name)).expect("an asset");
    }
    for (name, html) in pages() {
        std::fs::write(folder.join(name).with_extension("html"), html).expect("a page written");
    }
}

/// The content policy forbids them, so they would silently not work.
#[test]
fn no_page_has_style_or_script_of_its_own() {
    for (name, html) in pages() {
        // What a letter carries in its sandboxed frame is escaped and not the page's.
        for forbidden in ["<style", " style=\"", " onclick", " onload", "javascript:", "http://", "https://"]
        {
            let found = html.replace("http://www.w3.org/2000/svg", "").replace("https://lookup.example", "");
            assert!(!found.contains(forbidden), "{name} has {forbidden}");
        }
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/"), "{name} has a script of its own");
        }
    }
}

#[test]
fn every_page_speaks_vietnamese_and_has_one_heading_and_one_main() {
    for (name, html) in pages() {
        assert!(html.starts_with("<!doctype html>\n<html lang=\"vi\">"), "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}: headings");
        assert_eq!(html.matches("<main").count(), 1, "{name}: mains");
        assert!(html.contains("class=\"skip\" href=\"#main\""), "{name}: skip link");
    }
}

#[test]
fn ids_are_unique_and_every_field_has_a_label() {
    for (name, html) in pages() {
        let mut ids = HashSet::new();
        for id in values(&html, " id=\"") {
            assert!(ids.insert(id) || id == "mp-hatch", "{name}: id {id} twice");
        }
        let labels: HashSet<_> = values(&html, " for=\"").into_iter().collect();
        for id in &labels {
            assert!(ids.contains(id), "{name}: a label for {id}, which is not there");
        }
        for control in ["<input id=\"", "<select id=\"", "<textarea id=\""] {
            for id in values(&html, control) {
                assert!(labels.contains(id), "{name}: {id} has no label");
            }
        }
        for described in
            values(&html, "aria-describedby=\"").into_iter().chain(values(&html, "aria-labelledby=\""))
        {
            assert!(ids.contains(described), "{name}: {described} describes but is not there");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for (name, html) in pages() {
        for form in html.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or_default()) {
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\""), "{name}: a form without a token");
            }
            if form.contains("/events\"") {
                assert!(form.contains("name=\"expected_version\""), "{name}: a deed without a version");
            }
        }
    }
}

#[test]
fn what_people_type_stays_text() {
    let mut page = sample::dossier();
    let bad = "</textarea><script>alert(1)</script>\"'";
    page.procedure = bad.to_owned();
    page.story[0].said = Some(bad.to_owned());
    page.shell.query = bad.to_owned();
    let html = page.render().expect("a page");
    assert!(!html.contains("<script>alert"), "markup came through");
    let mut letter = sample::letter();
    letter.text = bad.to_owned();
    assert!(!letter.render().expect("a page").contains("<script>alert"), "a letter's text came through");
}

#[test]
fn a_page_asks_for_its_assets_by_their_hash() {
    let css = address("app.css");
    let hash = css.strip_prefix("/assets/app.css?v=").expect("a versioned address");
    assert_eq!(hash.len(), 16);
    assert!(pages().iter().all(|(_, html)| html.contains(&css)));
}

fn values<'a>(html: &'a str, before: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What a deed's form sends is what the interface takes: no field too many, none too few.
#[test]
fn every_deed_sends_what_the_interface_understands() {
    use dunghen::paper::Language;
    use dunghen::web::views::deeds::{DeedForm, InputKind};
    use dunghen::web::views::parts::Choice;
    use dunghen::work::processing::Request;
    use serde_json::{Value, json};

    let units = || vec![Choice::new("H35.20", "Sở Nông nghiệp và Môi trường", true)];
    let officers = || vec![Choice::new("7", "Hoàng Thị Yến", true)];
    let deeds = [
        DeedForm::accept(Language::Vietnamese),
        DeedForm::refuse(Language::Vietnamese),
        DeedForm::transfer(Language::Vietnamese, units(), officers()),
        DeedForm::step_done(Language::Vietnamese, "Thẩm định", None, officers()),
        DeedForm::supplement(Language::Vietnamese),
        DeedForm::supplemented(Language::Vietnamese, true),
        DeedForm::request_payment(Language::Vietnamese),
        DeedForm::paid(Language::Vietnamese),
        DeedForm::settle(Language::Vietnamese),
        DeedForm::return_result(Language::Vietnamese),
        DeedForm::withdraw(Language::Vietnamese),
        DeedForm::stop(Language::Vietnamese),
        DeedForm::apologise(Language::Vietnamese, None, true),
        DeedForm::deliver_apology(Language::Vietnamese),
        DeedForm::exempt(Language::Vietnamese),
    ];
    for deed in deeds {
        let mut body = json!({ "kind": deed.kind, "expected_version": 3 });
        for input in &deed.inputs {
            body[input.name] = match (&input.kind, input.name) {
                (_, "items") => json!(["Giấy ủy quyền"]),
                (_, "to_officer") => json!(7),
                (InputKind::Day(_), _) => json!("2026-12-01"),
                (InputKind::Choose(choices), _) => {
                    let choice = choices.iter().find(|choice| !choice.value.is_empty());
                    choice.map_or(Value::Null, |choice| json!(choice.value))
                }
                (InputKind::Line | InputKind::Lines(_), _) => json!("Chờ cơ quan thuế trả lời"),
            };
        }
        if let Err(refusal) = Request::from_json(body.clone()) {
            panic!("{body} is refused: {refusal:?}");
        }
    }
}
