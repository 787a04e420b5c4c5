//! Budgets: how much of something there is within a time that ends now.

use crate::time::span;

/// What a budget is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Validation,
    Grading,
}

impl Kind {
    /// As the store has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Validation => "validation",
            Kind::Grading => "grading",
        }
    }
}

/// So much within so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many.
    pub(crate) count: u64,
    /// Within how long, in milliseconds.
    pub(crate) window: i64,
}

/// A participant's budgets in a competition. None: there is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Budgets {
    pub(crate) validations: Option<Rate>,
    pub(crate) gradings: Option<Rate>,
    /// Bytes of all files, validated or graded.
    pub(crate) bytes: Option<Rate>,
}

/// Something that was used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use {
    pub(crate) kind: Kind,
    pub(crate) bytes: u64,
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
}

/// A budget does not allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Which budget, in words.
    pub(crate) what: String,
    /// When it does, in seconds from now; none if it never does.
    pub(crate) retry_after: Option<u64>,
}

/// What is left of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) used: u64,
    pub(crate) left: u64,
    /// When the oldest use no longer counts; none if nothing was used.
    pub(crate) more_at: Option<i64>,
}

impl Rate {
    /// What is left of it, beside uses of these sizes and times.
    fn left(&self, uses: impl Iterator<Item = (u64, i64)>, now: i64) -> Left {
        let (mut used, mut oldest) = (0u64, None);
        for (amount, at) in uses.filter(|&(_, at)| at > now - self.window) {
            used = used.saturating_add(amount);
            oldest.get_or_insert(at);
        }
        Left { used, left: self.count.saturating_sub(used), more_at: oldest.map(|at| at + self.window) }
    }

    /// When there is room for `amount`, in milliseconds since 1970; none if there never is. Uses come in the order of their times.
    fn room_at(&self, amount: u64, uses: impl Iterator<Item = (u64, i64)> + Clone, now: i64) -> Option<i64> {
        if amount > self.count {
            return None;
        }
        let mut left = self.left(uses.clone(), now).left;
        if left >= amount {
            return Some(now);
        }
        for (freed, at) in uses.filter(|&(_, at)| at > now - self.window) {
            left = left.saturating_add(freed);
            if left >= amount {
                return Some(at + self.window);
            }
        }
        None
    }
}

impl Budgets {
    /// The longest time that any of them looks back, in milliseconds.
    pub(crate) fn longest_window(&self) -> i64 {
        [self.validations, self.gradings, self.bytes].iter().flatten().map(|rate| rate.window).max().unwrap_or(0)
    }

    /// Do they allow one more? `uses` are all within the longest window, the oldest first.
    pub(crate) fn allow(&self, kind: Kind, bytes: u64, uses: &[Use], now: i64) -> Result<(), Spent> {
        let (rate, what) = match kind {
            Kind::Validation => (self.validations, "validations"),
            Kind::Grading => (self.gradings, "gradings"),
        };
        let counted = uses.iter().filter(move |one| one.kind == kind).map(|one| (1, one.at));
        let sizes = uses.iter().map(|one| (one.bytes, one.at));
        let asked = [
            rate.map(|rate| (rate, what, rate.room_at(1, counted, now))),
            self.bytes.map(|rate| (rate, "bytes", rate.room_at(bytes, sizes, now))),
        ];
        for (rate, what, room) in asked.into_iter().flatten() {
            if room == Some(now) {
                continue;
            }
            let span = span(rate.window);
            let retry_after = room.map(|at| u64::try_from(at - now).unwrap_or_default().div_ceil(1000).max(1));
            return Err(Spent { what: format!("{} {what} within {span}", rate.count), retry_after });
        }
        Ok(())
    }

    /// What is left of the budget of a kind.
    pub(crate) fn left_of(&self, kind: Kind, uses: &[Use], now: i64) -> Option<(Rate, Left)> {
        let rate = if kind == Kind::Validation { self.validations } else { self.gradings }?;
        Some((rate, rate.left(uses.iter().filter(|one| one.kind == kind).map(|one| (1, one.at)), now)))
    }

    /// What is left of the bytes.
    pub(crate) fn bytes_left(&self, uses: &[Use], now: i64) -> Option<(Rate, Left)> {
        self.bytes.map(|rate| (rate, rate.left(uses.iter().map(|one| (one.bytes, one.at)), now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(times: &[i64]) -> Vec<Use> {
        times.iter().map(|&at| Use { kind: Kind::Grading, bytes: 10, at }).collect()
    }

    #[test]
    fn what_is_over_may_come_back_when_the_oldest_use_is_past() {
        let rate = Rate { count: 2, window: 60_000 };
        let budgets = Budgets { gradings: Some(rate), ..Budgets::default() };
        let allow = |times: &[i64], now| budgets.allow(Kind::Grading, 10, &at(times), now);
        assert_eq!(allow(&[], 100_000), Ok(()));
        assert_eq!(allow(&[50_000], 100_000), Ok(()));
        let spent = allow(&[50_000, 99_000], 100_000).unwrap_err();
        assert_eq!((spent.what.as_str(), spent.retry_after), ("2 gradings within 60s", Some(10)));
        assert_eq!(allow(&[50_000, 99_000], 110_000), Ok(()), "the first is out of the window");
        // Of another kind there is another budget, which is none here.
        assert_eq!(budgets.allow(Kind::Validation, 10, &at(&[99_000, 99_500]), 100_000), Ok(()));
    }

    #[test]
    fn bytes_come_back_as_many_as_are_needed() {
        let budgets = Budgets { bytes: Some(Rate { count: 30, window: 60_000 }), ..Budgets::default() };
        let uses = at(&[50_000, 60_000, 70_000]);
        let retry = |bytes| budgets.allow(Kind::Grading, bytes, &uses, 100_000).map_err(|spent| spent.retry_after);
        assert_eq!(retry(0), Ok(()));
        assert_eq!((retry(10), retry(20), retry(30)), (Err(Some(10)), Err(Some(20)), Err(Some(30))));
        assert_eq!(retry(31), Err(None), "there is never room for so much");
    }
}
