//! Somebody who knows nothing but the OpenAPI document tries all of it, as each role: examples, edge
//! cases, noise and chains of calls. Nothing breaks the service and nothing is had without signing in.

use std::process::Command;

use dunghen::domain::staff::Role;

use crate::service::Site;
use crate::support::db::run;
use crate::world::{NOW, WARD, at, is_long};

/// Cases for each operation and role; whoever looks for more sets it higher.
const CASES: &str = "60";

#[test]
#[expect(clippy::disallowed_methods, reason = "the tests' own switches are no configuration")]
fn nothing_in_the_document_breaks_the_service_or_goes_round_the_sign_in() {
    if !is_long() {
        println!("left out: it takes minutes; `tests/run --long` runs it");
        return;
    }
    let python = std::env::var("DUNGHEN_TEST_PYTHON").expect("`tests/run` names the Python of the tests");
    let tool = std::path::Path::new(&python).with_file_name("schemathesis");
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("dunghen.db").display());
        let site = Site::new(&database, None).with("DUNGHEN__SIGN_IN__SECOND_FACTOR", "offered");
        let roles = Role::ALL.into_iter().filter(|role| role.is_held_by_staff());
        let tokens: Vec<_> =
            roles.map(|role| (role, site.account(role.id(), WARD, role.id(), at(NOW)))).collect();
        let mut service = site.serve(at(NOW)).await;
        let document = format!("http://{}/api/openapi.json", service.address());
        let mut wrong = Vec::new();
        for (role, token) in tokens {
            let tried = Command::new(&tool)
                .current_dir(folder.path())
                .args(["run", &document, "--header", &format!("Authorization: Bearer {token}")])
                .args(["--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure"])
                .args(["--checks", "not_a_server_error,ignored_auth", "--max-examples", CASES])
                .args(["--seed", "20261123", "--generation-database", "none", "--warnings", "off"])
                // What it keeps sending after a wrong password is slowed down, not broken.
                .args(["--request-timeout", "30", "--suppress-health-check", "all"])
                .output()
                .unwrap();
            if !tried.status.success() {
                wrong.push(format!("{role}:\n{}", String::from_utf8_lossy(&tried.stdout)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        service.stop().await;
        site.verify(at(NOW));
        assert!(!site.words().contains("panicked"), "{}", site.last_words());
    });
}
