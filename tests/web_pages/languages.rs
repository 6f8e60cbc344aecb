//! English for whoever chooses it: on every page, kept, and leading nowhere else.

use std::collections::BTreeMap;

use dunghen::web::router;

use super::office::{Browser, Office, PASSWORD};
use super::province::{Answer, Province, Reader};
use super::reading::{Reading, is_vietnamese};

/// Official papers and letters stay in Vietnamese, whoever looks at them.
const PAPERS: [&str; 2] = ["/outbox/{id}/content", "/dossiers/{code}/apology"];
/// Nobody has set an identity provider up here; there is no link to follow.
const NOT_THERE: [&str; 3] = ["/sign-in/provider", "/sign-in/provider/return", "/activate"];
/// What reads the same in both languages.
const SAME: [&str; 1] = ["Chrome, Linux"];

/// Every page of the router, for everybody who may see it: in English no Vietnamese word of the
/// interface, in Vietnamese none that is the same in English.
#[tokio::test]
async fn every_page_speaks_the_language_that_its_reader_chose() {
    let province = Province::build().await;
    let routes = router::list().into_iter().filter(|route| route.method == "GET").map(|route| route.path);
    let pages: Vec<String> = routes.filter(|path| !path.starts_with("/api/")).collect();
    let mut seen = BTreeMap::<&str, usize>::new();
    let mut wrong = BTreeMap::new();
    for reader in province.readers().await {
        for page in pages.iter().filter(|page| !PAPERS.contains(&page.as_str())) {
            for address in province.addresses(page) {
                let english = reader.get(&address, "en").await;
                if !english.is_page() {
                    continue;
                }
                *seen.entry(page).or_default() += usize::from(english.status == 200);
                let vietnamese = reader.get(&address, "vi").await;
                look(&reader, &address, &english, &vietnamese, &mut wrong);
            }
        }
    }
    let all: Vec<_> = wrong.iter().map(|(text, place)| format!("{text:?} {place}")).collect();
    assert!(wrong.is_empty(), "{} texts:\n{}", all.len(), all.join("\n"));
    let served = |page: &&String| seen.get(page.as_str()).is_some_and(|times| *times > 0) || is_no_page(page);
    let unseen: Vec<_> = pages.iter().filter(|page| !served(page)).collect();
    assert!(unseen.is_empty(), "nobody has seen {unseen:?}");
}

/// Files, and what is for programs.
fn is_no_page(path: &str) -> bool {
    let programs = ["/healthz", "/readyz", "/metrics", "/assets/{name}"];
    path.ends_with(".csv")
        || path.ends_with(".ics")
        || programs.contains(&path)
        || PAPERS.contains(&path)
        || NOT_THERE.contains(&path)
}

/// Notes each text that is wrong, with the first place where it stands.
fn look(
    reader: &Reader,
    address: &str,
    english: &Answer,
    vietnamese: &Answer,
    wrong: &mut BTreeMap<String, String>,
) {
    let (en, vi) = (Reading::of(&english.text), Reading::of(&vietnamese.text));
    assert_eq!((en.language.as_str(), vi.language.as_str()), ("en", "vi"), "{address}");
    let (en, vi) = (en.texts(), vi.texts());
    for text in en.iter().filter(|text| !SAME.contains(&text.as_str())) {
        let what = match (is_vietnamese(text), vi.contains(text)) {
            (true, _) => "is not English",
            (_, true) => "reads the same in both languages",
            _ => continue,
        };
        let place = || format!("{what} on {address} for {}", reader.name());
        wrong.entry(text.clone()).or_insert_with(place);
    }
}

/// A form that is refused says why in the reader's language, and so does what can't be done.
#[tokio::test]
async fn refusals_speak_english_too() {
    let office = Office::open().await;
    let browser = Browser::new(&office);
    choose(&browser, "en", "/").await;
    let wrong = browser.post("/sign-in", &[("name", "mai"), ("password", "đoán"), ("next", "/")]).await;
    wrong.shows("The name or the password is wrong");
    browser.post("/sign-in", &[("name", "mai"), ("password", PASSWORD), ("next", "/")]).await;
    let csrf = browser.get("/intake").await.input("csrf");
    let empty =
        browser.post("/intake", &[("csrf", &csrf), ("deed", "receive"), ("procedure", "9.999")]).await;
    assert_eq!(empty.status, 422);
    let missing = browser.get("/dossiers/H35.99-000000-0000").await;
    assert_eq!(missing.status, 404);
    let forbidden = browser.get("/people").await;
    for page in [&wrong, &empty, &missing, &forbidden] {
        let reading = Reading::of(&page.text);
        assert_eq!(reading.language, "en");
        let texts = reading.texts();
        let vietnamese: Vec<_> = texts.iter().filter(|text| is_vietnamese(text)).collect();
        assert_eq!(vietnamese, Vec::<&String>::new());
    }
    office.close().await;
}

async fn choose(browser: &Browser, language: &str, back: &str) -> super::office::Answer {
    browser.post("/language", &[("language", language), ("back", back)]).await
}

/// The browser's own wish is only where one begins.
#[tokio::test]
async fn a_choice_is_kept_and_stronger_than_what_the_browser_wishes() {
    let office = Office::open().await;
    let browser = Browser::new(&office);
    let language = async |wish: &str| {
        let page = browser.get_with("/sign-in?next=%2Fboard", &[("accept-language", wish)]).await;
        (Reading::of(&page.text).language, page.input("back"))
    };
    assert_eq!(language("vi, en;q=0.5").await.0, "vi");
    let (begun, next) = language("en-GB, en;q=0.9, vi;q=0.1").await;
    assert_eq!(begun, "en");
    // The switch names the page it is on, with what was asked there.
    assert_eq!(next, "/sign-in?next=%2Fboard");
    let chosen = choose(&browser, "vi", &next).await;
    assert_eq!((chosen.status, chosen.location()), (303, "/sign-in?next=%2Fboard"));
    let cookie = chosen.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(cookie.contains("Max-Age=") || cookie.contains("Expires="), "it outlives the browser: {cookie}");
    assert_eq!(language("en").await.0, "vi");
    choose(&browser, "en", "/").await;
    browser.post("/sign-in", &[("name", "mai"), ("password", PASSWORD), ("next", "/")]).await;
    assert_eq!(Reading::of(&browser.get("/intake").await.text).language, "en", "signed in as before");
    choose(&browser, "xx", "/").await;
    assert_eq!(Reading::of(&browser.get("/intake").await.text).language, "en", "there is no such language");
    office.close().await;
}

#[tokio::test]
async fn choosing_a_language_leads_to_no_other_site() {
    let office = Office::open().await;
    let browser = Browser::new(&office);
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a\r\nset-cookie: b"]
    {
        assert_eq!(choose(&browser, "en", elsewhere).await.location(), "/", "{elsewhere:?}");
    }
    let abroad = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let sent = browser.post_with("/language", &[("language", "vi"), ("back", "/")], &abroad).await;
    assert_eq!(sent.status, 403, "another site changes nobody's language");
    office.close().await;
}

/// A form shown again after it was refused is left for the page that it stands on.
#[tokio::test]
async fn the_switch_of_a_refused_form_leads_to_a_page() {
    let office = Office::open().await;
    let browser = Browser::of(&office, "mai").await;
    let code = office.receive("2026-11-23T08:00:00+07:00", super::office::PROCEDURE).await;
    let refused = browser.event(&code, &[("kind", "transfer"), ("to_unit", "nowhere")]).await;
    assert_ne!(refused.status, 303);
    let next = refused.input("back");
    assert_eq!(next, format!("/dossiers/{code}"));
    let back = choose(&browser, "en", &next).await;
    assert_eq!(browser.get(back.location()).await.status, 200);
    office.close().await;
}
