//! The body of a request, read as a whole before the request takes anybody's place.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// It did not come within its time.
    TooLate,
    TooLarge,
    /// It came by halves, or not as it should.
    Torn,
}

/// Reads `body`, of no more than `most` bytes, within `limit` however slowly it comes.
pub(super) async fn whole(body: Body, most: usize, limit: Duration) -> Result<Bytes, Broken> {
    match tokio::time::timeout(limit, Limited::new(body, most).collect()).await {
        Ok(Ok(read)) => Ok(read.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Broken::TooLarge),
        Ok(Err(_)) => Err(Broken::Torn),
        Err(_) => Err(Broken::TooLate),
    }
}
