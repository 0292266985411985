//! Who is asking, and the desk at which they sit.

use domain::access::{Person, Role};
use domain::ids::StaffId;
use proto::routing::v1 as routing;
use proto::routing::v1::routing_service_client::RoutingServiceClient;
use shell::access::principal;
use shell::grpc::Route;
use tonic::{Request, Status};

use super::error::ConsoleError;

/// The person behind a request.
pub(crate) fn person<T>(request: &Request<T>) -> Result<Person, ConsoleError> {
    principal(request).person().cloned().ok_or(ConsoleError::NotAPerson)
}

pub(crate) fn staff(person: &Person) -> Result<&StaffId, ConsoleError> {
    person.staff.as_ref().ok_or(ConsoleError::NotInTheRota)
}

/// Finds desks by who sits there.
#[derive(Clone)]
pub(crate) struct Seats {
    pub(crate) routing: RoutingServiceClient<Route>,
}

impl Seats {
    async fn all(&self, person: &Person) -> Result<Vec<routing::Desk>, Status> {
        let asked = routing::ListDesksRequest { operator_id: person.operator.to_string() };
        Ok(self.routing.clone().list_desks(asked).await?.into_inner().desks)
    }

    /// The desk where the person sits.
    pub(crate) async fn own(&self, person: &Person) -> Result<routing::Desk, Status> {
        let staff = staff(person)?.as_str();
        let mine = self.all(person).await?.into_iter().find(|desk| desk.staff_id == staff);
        Ok(mine.ok_or(ConsoleError::NoDesk)?)
    }

    /// The desk that is named, one's own when none is. Only a supervisor may name another's.
    pub(crate) async fn named(&self, person: &Person, desk_id: &str) -> Result<routing::Desk, Status> {
        if desk_id.is_empty() {
            return self.own(person).await;
        }
        let found = self.all(person).await?.into_iter().find(|desk| desk.desk_id == desk_id);
        let desk = found.ok_or(ConsoleError::NotFound("desk_id"))?;
        let own = person.staff.as_ref().is_some_and(|staff| staff.as_str() == desk.staff_id);
        match own || person.roles.has(Role::Supervisor) {
            true => Ok(desk),
            false => Err(ConsoleError::OthersDesk(desk.desk_id).into()),
        }
    }
}
