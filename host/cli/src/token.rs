//! `assay token`: who may call a grading server.

use std::path::PathBuf;

use anyhow::anyhow;
use assay_server::{Role, Store, StoreError, Token, TokenEntry, participant_name, random_id};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::output::{self, Format};
use super::{Ended, Failure};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a token and print it. It is shown this once: the store has its SHA-256 alone.
    Create {
        /// Whose it is: a name that leaderboards and the operator show. All tokens of a participant share the budget.
        participant: String,
        /// What it allows.
        #[arg(long, value_name = "ROLE", default_value = "participant")]
        role: RoleName,
        #[command(flatten)]
        store: StoreArguments,
    },
    /// List the tokens, without what their holders have to show.
    List {
        #[command(flatten)]
        store: StoreArguments,
        /// The form of the list [default: a table on a terminal, JSON elsewhere].
        #[arg(long)]
        format: Option<Format>,
    },
    /// Revoke a token: from the next request on, it counts no more.
    Revoke {
        /// The token's id, as `assay token list` has it.
        id: String,
        #[command(flatten)]
        store: StoreArguments,
    },
}

#[derive(Args)]
struct StoreArguments {
    /// The folder of the server that the tokens are for. The server may run meanwhile.
    #[arg(long, value_name = "DIR", env = "ASSAY_STORE")]
    store: PathBuf,
}

/// A role, as it is named.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    /// Hands in submissions, and sees what the policy shows.
    Participant,
    /// Sees everything.
    Operator,
}

/// A token as it is listed.
#[derive(Serialize)]
struct Listed {
    id: String,
    participant: String,
    role: &'static str,
    created_at: String,
    revoked_at: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    match &arguments.command {
        Command::Create { participant, role, store } => {
            let participant = participant_name(participant).map_err(Failure::call)?;
            let (token, id) = (Token::random().map_err(Failure::program)?, random_id("tok").map_err(Failure::program)?);
            let role = match role {
                RoleName::Participant => Role::Participant,
                RoleName::Operator => Role::Operator,
            };
            let created_at = Utc::now().timestamp_millis();
            let entry = TokenEntry { id, participant, role, created_at, revoked_at: None };
            store.open()?.add_token(&entry, &token.hash()).map_err(Failure::program)?;
            output::message(&format!("{}, for {} ({})", entry.id, entry.participant, entry.role));
            output::data(token.secret())?;
        }
        Command::List { store, format } => {
            let listed: Vec<Listed> = store.open()?.tokens().map_err(Failure::program)?.into_iter().map(of).collect();
            match Format::or_by_terminal(*format) {
                Format::Json => output::json(&listed)?,
                Format::Table => output::table(
                    &["id", "participant", "role", "created", "revoked"],
                    listed.into_iter().map(|one| {
                        vec![
                            one.id,
                            one.participant,
                            one.role.to_owned(),
                            one.created_at,
                            one.revoked_at.unwrap_or_default(),
                        ]
                    }),
                )?,
            }
        }
        Command::Revoke { id, store } => {
            let revoked = store.open()?.revoke_token(id, Utc::now().timestamp_millis()).map_err(Failure::program)?;
            if !revoked {
                let message = "there is no token of this id that counts; `assay token list` lists them";
                return Err(Failure::Call(anyhow!(message)));
            }
        }
    }
    Ok(Ended::Fine)
}

impl StoreArguments {
    fn open(&self) -> Result<Store, Failure> {
        Store::shared(&self.store).map_err(|error: StoreError| Failure::call(error))
    }
}

fn of(entry: TokenEntry) -> Listed {
    let written = |milliseconds: i64| {
        let time = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
        time.to_rfc3339_opts(SecondsFormat::Millis, true)
    };
    Listed {
        id: entry.id,
        participant: entry.participant,
        role: entry.role.name(),
        created_at: written(entry.created_at),
        revoked_at: entry.revoked_at.map(written),
    }
}
