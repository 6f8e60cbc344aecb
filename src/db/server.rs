//! How a PostgreSQL server's own tools reach the database that a URL names.
//!
//! They are told everything through their environment: nothing of it stands on a command
//! line, where every user of the machine could read the password.

use percent_encoding::percent_decode_str;
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::error::Result;

/// The variables of `libpq` for one database.
#[derive(Clone)]
pub struct ServerAddress {
    url: String,
    variables: Vec<(&'static str, String)>,
}

/// Shows nothing: there is a password in it.
impl std::fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerAddress(…)")
    }
}

impl ServerAddress {
    /// # Errors
    /// [`Error::Unsuitable`](super::Error::Unsuitable) where `url` is none.
    pub fn of(url: &str) -> Result<Self> {
        let options = url.parse::<PgConnectOptions>()?;
        let whole = options.to_url_lossy();
        let host = options.get_socket().map(|socket| socket.display().to_string());
        let mut variables = vec![
            ("PGHOST", host.unwrap_or_else(|| options.get_host().to_owned())),
            ("PGPORT", options.get_port().to_string()),
            ("PGUSER", options.get_username().to_owned()),
            ("PGDATABASE", options.get_database().unwrap_or(options.get_username()).to_owned()),
            ("PGAPPNAME", "dunghen-backup".to_owned()),
            ("PGCONNECT_TIMEOUT", "10".to_owned()),
        ];
        if let Some(password) = whole.password() {
            variables.push(("PGPASSWORD", percent_decode_str(password).decode_utf8_lossy().into_owned()));
        }
        let option = |name: &str| {
            let found = whole.query_pairs().find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        for (name, variable) in [("sslmode", "PGSSLMODE"), ("sslcert", "PGSSLCERT"), ("sslkey", "PGSSLKEY")] {
            variables.extend(option(name).map(|value| (variable, value)));
        }
        let verified = option("sslmode").is_some_and(|mode| mode.starts_with("verify"));
        let roots = option("sslrootcert").or(verified.then(|| "system".to_owned()));
        variables.extend(roots.map(|roots| ("PGSSLROOTCERT", roots)));
        Ok(Self { url: url.to_owned(), variables })
    }

    /// What a tool finds in its environment.
    #[must_use]
    pub fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        self.variables.iter().find(|(name, _)| *name == "PGDATABASE").map_or("", |(_, value)| value)
    }

    /// The URL of another database of the same server.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn beside(&self, database: &str) -> Result<String> {
        let mut url = self.url.parse::<PgConnectOptions>()?.to_url_lossy();
        url.set_path(database);
        Ok(url.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(address: &ServerAddress, name: &str) -> Option<String> {
        address.variables().iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn tools_get_the_whole_address_and_its_password_by_their_environment() {
        let url = "postgres://a%40b:p%20w%2F@db.example.vn:6543/one%2Dstop?sslmode=verify-full";
        let address = ServerAddress::of(url).unwrap();
        let of = |name| variable(&address, name).unwrap_or_default();
        assert_eq!((of("PGUSER"), of("PGPASSWORD")), ("a@b".to_owned(), "p w/".to_owned()));
        assert_eq!((of("PGHOST"), of("PGPORT")), ("db.example.vn".to_owned(), "6543".to_owned()));
        assert_eq!((of("PGSSLMODE"), of("PGSSLROOTCERT")), ("verify-full".to_owned(), "system".to_owned()));
        assert_eq!(address.database(), "one-stop");
        assert!(!format!("{address:?}").contains("p w"));
    }

    #[test]
    fn another_database_of_the_server_keeps_everything_but_its_name() {
        let address = ServerAddress::of("postgres://u:p%2Fw@h:1/one?sslmode=disable").unwrap();
        let other = ServerAddress::of(&address.beside("two").unwrap()).unwrap();
        assert_eq!(other.database(), "two");
        for name in ["PGUSER", "PGPASSWORD", "PGHOST", "PGPORT", "PGSSLMODE"] {
            assert_eq!(variable(&other, name), variable(&address, name), "{name}");
        }
    }
}
