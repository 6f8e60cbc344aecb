//! Who gets a place among the connections: so many in all, and of these no more than a share for one
//! client, so that nobody keeps everybody else out alone (S28).
//!
//! A proxy that is trusted speaks for many clients and has no share.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Networks;

/// So many connections above a limit are told so; more than these are closed without a word.
const TOLD: usize = 64;
/// And so many of one client.
const TOLD_OF_ONE: usize = 8;

/// The request came over a connection above a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// Of all connections.
    House,
    /// Of those of one client.
    Client,
}

/// All places.
pub(super) struct Seats {
    common: Arc<Semaphore>,
    told: Arc<Semaphore>,
    /// How many one client may have.
    share: usize,
    proxies: Networks,
    guests: Guests,
}

/// One connection's place, free again when it is dropped.
pub(super) struct Seat {
    pub(super) crowded: Option<Crowded>,
    _place: OwnedSemaphorePermit,
    _share: Option<Share>,
}

impl Seats {
    pub(super) fn new(all: usize, share: usize, proxies: Networks) -> Self {
        let room = |size| Arc::new(Semaphore::new(size));
        Self { common: room(all), told: room(TOLD), share, proxies, guests: Guests::default() }
    }

    /// A place, where there is one to be told at least.
    pub(super) fn take(&self, peer: IpAddr) -> Option<Seat> {
        let peer = peer.to_canonical();
        let share = (!self.proxies.hold(peer)).then(|| self.guests.enter(household(peer)));
        let open = share.as_ref().map_or(0, |share| share.open);
        if open > self.share {
            self.guests.tell(household(peer), self.share);
            return (open <= self.share + TOLD_OF_ONE).then(|| self.apart(Crowded::Client, share)).flatten();
        }
        match Arc::clone(&self.common).try_acquire_owned() {
            Ok(place) => Some(Seat { crowded: None, _place: place, _share: share }),
            Err(_) => self.apart(Crowded::House, share),
        }
    }

    fn apart(&self, crowded: Crowded, share: Option<Share>) -> Option<Seat> {
        let place = Arc::clone(&self.told).try_acquire_owned().ok()?;
        Some(Seat { crowded: Some(crowded), _place: place, _share: share })
    }
}

/// Who shares an address: of IPv6 whoever has one gets 64 bits of them.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

/// The clients that are connected.
#[derive(Clone, Default)]
struct Guests(Arc<Mutex<HashMap<IpAddr, Guest>>>);

#[derive(Default)]
struct Guest {
    open: usize,
    /// It stands in the log that there are too many.
    told: bool,
}

/// One connection of a client's share.
struct Share {
    guests: Guests,
    client: IpAddr,
    /// How many it had open with this one.
    open: usize,
}

impl Guests {
    fn enter(&self, client: IpAddr) -> Share {
        let mut guests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let guest = guests.entry(client).or_default();
        guest.open += 1;
        Share { guests: self.clone(), client, open: guest.open }
    }

    /// Says so once, until the client has left.
    fn tell(&self, client: IpAddr, share: usize) {
        let mut guests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = guests.get_mut(&client)
            && !std::mem::replace(&mut guest.told, true)
        {
            tracing::warn!(%client, share, "one client has more connections than web.max_connections_per_client");
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut guests = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = guests.get_mut(&self.client) {
            guest.open -= 1;
            if guest.open == 0 {
                guests.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowded(seats: &Seats, peer: &str) -> (Option<Seat>, Option<Crowded>) {
        let seat = seats.take(peer.parse().unwrap());
        let crowded = seat.as_ref().and_then(|seat| seat.crowded);
        (seat, crowded)
    }

    /// S28: a household of IPv6 is one client, and so is an address however it is written; each other
    /// client keeps its places.
    #[test]
    fn neither_many_addresses_of_one_household_nor_their_spelling_make_many_clients() {
        let seats = Seats::new(100, 2, Networks::default());
        for household in [
            ["2001:db8:1:2::1", "2001:db8:1:2:ffff::2", "2001:db8:1:2:3:4:5:6"],
            ["203.0.113.9", "::ffff:203.0.113.9", "203.0.113.9"],
        ] {
            let taken: Vec<_> = household.iter().map(|peer| crowded(&seats, peer)).collect();
            let told: Vec<_> = taken.iter().map(|(_, crowded)| *crowded).collect();
            assert_eq!(told, [None, None, Some(Crowded::Client)], "{household:?}");
        }
        let beside: Vec<_> =
            ["2001:db8:1:3::1", "203.0.113.10"].iter().map(|peer| crowded(&seats, peer)).collect();
        assert!(beside.iter().all(|(seat, crowded)| seat.is_some() && crowded.is_none()));
        assert_eq!(seats.guests.0.lock().unwrap().len(), 2, "whoever has left is forgotten");
    }

    /// S28: one client can't take the places of those who are to be told either.
    #[test]
    fn a_client_above_its_share_leaves_room_to_tell_others() {
        let seats = Seats::new(2, 1, Networks::default());
        let one: Vec<_> = (0..200).filter_map(|_| crowded(&seats, "203.0.113.9").0).collect();
        assert_eq!(one.len(), 1 + TOLD_OF_ONE);
        let _last = crowded(&seats, "203.0.113.10");
        assert_eq!(crowded(&seats, "203.0.113.11").1, Some(Crowded::House));
    }
}
