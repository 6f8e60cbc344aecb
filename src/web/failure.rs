//! What went wrong, for whoever asked: a problem document, a page, or the way to sign in.
//!
//! A handler only says what failed. Which shape and language the answer has is decided
//! on the way out, where the request is known.

use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::reader::{Reader, wished};
use super::session::SECOND_FACTOR;
use super::views::problem::{Kept, Problem as ProblemPage};
use super::views::shell::Shell;
use crate::app::App;
use crate::db::Error;
use crate::domain::refusal::{Kind, Language, Refusal, Said};

pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// A failed request.
#[derive(Clone, Debug)]
pub enum Failure {
    Refused(Refusal),
    /// The database or the service itself; details go to the log alone.
    Broken(Error),
    /// The answer could not be rendered.
    Unrendered,
    /// The time for the request was over. What `changes` something goes on all the same.
    TooSlow {
        changes: bool,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Refused(refusal),
            error => Self::Broken(error),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Self::Unrendered
    }
}

/// `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable: `urn:dunghen:problem:` and the kind.
    #[serde(rename = "type")]
    #[schema(example = "urn:dunghen:problem:stale_version")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What happened and what to do, in the caller's language.
    pub detail: String,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Failure {
    /// The status that a program reads.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => match refusal.kind {
                Kind::NotFound => StatusCode::NOT_FOUND,
                Kind::InvalidInput | Kind::NoDueDate => StatusCode::UNPROCESSABLE_ENTITY,
                Kind::StaleVersion | Kind::IllegalMove | Kind::KeyReused | Kind::LawChanged => {
                    StatusCode::CONFLICT
                }
                Kind::NotAllowed => StatusCode::FORBIDDEN,
                Kind::NotSignedIn => StatusCode::UNAUTHORIZED,
                Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            },
            Self::Broken(Error::Full(_)) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Broken(
                Error::Unavailable(_)
                | Error::TimedOut
                | Error::Contended(_)
                | Error::Stopped
                | Error::Busy
                | Error::CommitUnknown(_),
            )
            | Self::TooSlow { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) | Self::Unrendered => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether it is met by signing in anew, and by nothing on the page that was sent.
    #[must_use]
    pub fn asks_to_sign_in(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.kind == Kind::NotSignedIn && refusal.field.is_none())
    }

    fn id(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.kind.id(),
            Self::Broken(Error::Busy) => "overloaded",
            Self::TooSlow { .. } => "timeout",
            Self::Broken(_) if self.status() == StatusCode::SERVICE_UNAVAILABLE => "unavailable",
            Self::Broken(Error::Full(_)) => "storage_full",
            Self::Broken(_) | Self::Unrendered => "internal",
        }
    }

    /// What to tell the person.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Refused(refusal) => refusal.said.clone(),
            Self::Broken(Error::CommitUnknown(_)) | Self::TooSlow { changes: true } => Said::new(
                "Chưa rõ thao tác vừa rồi đã được ghi hay chưa. Tải lại trang để kiểm tra trước khi làm lại.",
                "It is not known whether this was kept. Load the page again and check before you repeat it.",
            ),
            Self::Broken(Error::Busy) => Said::new(
                "Hệ thống đang có quá nhiều yêu cầu; chưa có gì được ghi. Đợi vài giây rồi thử lại.",
                "Too many requests are under way; nothing was kept. Wait a few seconds and try again.",
            ),
            Self::TooSlow { changes: false } => too_slow(),
            Self::Broken(_) if self.status() == StatusCode::SERVICE_UNAVAILABLE => Said::new(
                "Cơ sở dữ liệu tạm thời không phản hồi; chưa có gì được ghi. Thử lại sau ít phút.",
                "The database does not answer at the moment; nothing was kept. Try again in a few minutes.",
            ),
            Self::Broken(Error::Full(_)) => Said::new(
                "Máy chủ hết dung lượng lưu trữ; chưa có gì được ghi. Báo ngay cho người quản trị.",
                "The server has no room left; nothing was kept. Tell the administrator at once.",
            ),
            Self::Broken(_) | Self::Unrendered => Said::new(
                "Hệ thống gặp sự cố khi xử lý yêu cầu này; chưa có gì được ghi. Báo người quản trị kèm mã yêu cầu.",
                "The service failed on this request; nothing was kept. Tell the administrator its request id.",
            ),
        }
    }

    /// How many seconds to wait, where waiting is all that helps.
    #[must_use]
    pub fn wait_s(&self) -> Option<u64> {
        match self {
            Self::Refused(refusal) => refusal.wait_s,
            _ => None,
        }
    }

    /// Whether nothing but a second factor is wanting.
    fn owes_factor(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.field.as_deref() == Some(SECOND_FACTOR))
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => refusal.field.as_ref().map(ToString::to_string),
            _ => None,
        }
    }

    #[must_use]
    pub fn problem(&self, language: Language) -> Problem {
        let status = self.status();
        Problem {
            kind: format!("urn:dunghen:problem:{}", self.id()),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: self.said().to(language).to_owned(),
            field: self.field(),
        }
    }
}

/// Carries the failure out; [`shape`] gives it its form.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Self::Broken(error) = &self
            && !matches!(error, Error::Busy)
        {
            tracing::error!(%error, "a request failed");
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Marks an answer that is for programs as it stands: no page and no document is made of it.
#[derive(Clone, Copy, Debug)]
pub struct AsItStands;

/// Gives every failed answer the shape that its caller can read.
pub async fn shape(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let is_page_view = request.method() == Method::GET && !is_api;
    let reader = reader(&app, &request);
    // A program gets the language it asks for; a person the one that they chose.
    let language = if is_api { wished(request.headers()) } else { reader.language };
    let id = request.headers().get("x-request-id").cloned();
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if response.extensions().get::<AsItStands>().is_some() {
        return response;
    }
    let failure = response.extensions().get::<Failure>().cloned();
    if status == StatusCode::UNAUTHORIZED && is_page_view {
        let next = percent_encoding::utf8_percent_encode(&target, percent_encoding::NON_ALPHANUMERIC);
        return Redirect::to(&format!("/sign-in?next={next}")).into_response();
    }
    if failure.is_none() && response.headers().contains_key(CONTENT_TYPE) && !is_plain(&response) {
        return response;
    }
    let wait = failure.as_ref().and_then(Failure::wait_s);
    if is_page_view && failure.as_ref().is_some_and(Failure::owes_factor) {
        return Redirect::to("/account/second-factor").into_response();
    }
    let problem = match failure {
        Some(failure) => failure.problem(language),
        None => unforeseen(status, language),
    };
    let kept = response.extensions().get::<Kept>().cloned();
    let mut shaped = if is_api { document(&problem) } else { page(&reader, &problem, id.as_ref(), kept) };
    *shaped.status_mut() = status;
    if let Some(seconds) = wait {
        shaped.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        shaped.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    for kept in [ALLOW, CONNECTION] {
        if let Some(value) = response.headers().get(&kept) {
            shaped.headers_mut().insert(kept, value.clone());
        }
    }
    shaped
}

fn reader(app: &App, request: &Request) -> Reader {
    Reader::of(&app.settings, request.method(), request.uri(), request.headers(), request.extensions())
}

/// The framework's own refusals come as plain text that is meant for programmers.
fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/plain"))
}

fn too_slow() -> Said {
    Said::new(
        "Yêu cầu mất quá nhiều thời gian. Thử lại sau ít phút.",
        "The request took too long. Try again in a few minutes.",
    )
}

fn unforeseen(status: StatusCode, language: Language) -> Problem {
    let (kind, said) = match status {
        StatusCode::NOT_FOUND => (
            "not_found",
            Said::new(
                "Không có trang này. Kiểm tra lại địa chỉ.",
                "There is nothing here. Check the address.",
            ),
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "method_not_allowed",
            Said::new(
                "Địa chỉ này không nhận kiểu yêu cầu đó.",
                "This address does not take that kind of request.",
            ),
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (
            "too_large",
            Said::new(
                "Dữ liệu gửi lên quá lớn. Giảm dung lượng rồi gửi lại.",
                "The request is too large. Send less.",
            ),
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            "unsupported_media_type",
            Said::new("Cần gửi dữ liệu dạng application/json.", "Send the request as application/json."),
        ),
        StatusCode::FORBIDDEN => (
            "cross_site",
            Said::new(
                "Yêu cầu đến từ một trang khác nên bị từ chối. Mở lại trang này rồi làm lại.",
                "The request came from another site and was refused. Open this site and repeat it.",
            ),
        ),
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            ("timeout", too_slow())
        }
        status if status.is_client_error() => (
            "invalid_input",
            Said::new(
                "Không đọc được yêu cầu. Kiểm tra dữ liệu gửi lên theo tài liệu API.",
                "The request can't be read. Check it against the API's documentation.",
            ),
        ),
        _ => (
            "internal",
            Said::new(
                "Hệ thống gặp sự cố khi xử lý yêu cầu này. Báo người quản trị kèm mã yêu cầu.",
                "The service failed on this request. Tell the administrator its request id.",
            ),
        ),
    };
    Problem {
        kind: format!("urn:dunghen:problem:{kind}"),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        detail: said.to(language).to_owned(),
        field: None,
    }
}

fn document(problem: &Problem) -> Response {
    let mut response = Json(problem).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn page(reader: &Reader, problem: &Problem, id: Option<&HeaderValue>, kept: Option<Kept>) -> Response {
    let not_lost = kept.as_ref().map(|_| {
        reader
            .say(
                "Những gì đã nhập chưa được gửi và chưa mất: đăng nhập ở thẻ mới, quay lại thẻ này, rồi tiếp tục.",
                "What you typed was not sent and is not lost: sign in in a new tab, come back to this one and go on.",
            )
            .to_owned()
    });
    let page = ProblemPage {
        shell: Shell::outside(reader, reader.say("Chưa thực hiện được", "Not done")),
        what: problem.detail.clone(),
        remedies: not_lost.into_iter().collect(),
        kept,
        on: None,
        request_id: id.and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned(),
    };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => problem.detail.clone().into_response(),
    }
}
