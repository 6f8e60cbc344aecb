//! Routes as one list: what is served, and what tests ask for every one of them.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};

use crate::app::App;

/// One thing that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub method: &'static str,
    /// With its parameters in braces: `/dossiers/{code}`.
    pub path: String,
}

/// Routes in the making; whatever is added is also on the list.
#[derive(Default)]
pub struct Routes {
    router: Router<App>,
    list: Vec<Route>,
}

impl Routes {
    /// A page or a file: asked for, and changing nothing.
    #[must_use]
    pub fn get<H: Handler<T, App>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.add("GET", path, get(handler))
    }

    /// What a form sends.
    #[must_use]
    pub fn post<H: Handler<T, App>, T: 'static>(self, path: &str, handler: H) -> Self {
        self.add("POST", path, post(handler))
    }

    fn add(mut self, method: &'static str, path: &str, handler: MethodRouter<App>) -> Self {
        self.list.push(Route { method, path: path.to_owned() });
        Self { router: self.router.route(path, handler), list: self.list }
    }

    #[must_use]
    pub fn list(self) -> Vec<Route> {
        self.list
    }

    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

/// The routes of an OpenAPI document.
#[must_use]
pub fn of_document(document: &utoipa::openapi::OpenApi) -> Vec<Route> {
    let mut list = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        let there = methods.into_iter().filter(|(_, operation)| operation.is_some());
        list.extend(there.map(|(method, _)| Route { method, path: path.clone() }));
    }
    list
}
