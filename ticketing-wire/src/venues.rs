//! Venues: houses with their plans.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// What importing a venue asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Small hall", "address": "1 Square, Seoul", "time_zone": "Asia/Seoul",
    "seat_map": "name = \"Small hall\"\n[[categories]]\nname = \"All\"\n[[sections]]\nname = \"Floor\"\ncategory = \"All\"\nrows = [{ label = \"1\", seats = \"1-10\" }]\n",
}))]
pub struct NewVenue {
    /// What it is called.
    #[schema(min_length = 1, max_length = 1000)]
    pub name: String,
    /// Where it stands.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub address: String,
    /// The IANA name of its time zone; `Asia/Seoul` where nothing is said.
    #[serde(
        default,
        deserialize_with = "crate::given::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub time_zone: Option<String>,
    /// The plan of its seats.
    pub seat_map: SeatingPlan,
}

/// A seating plan: an object in the open seating-plan format (name, categories, zones of rows of
/// seats), or a text in the compact TOML format (sections, rows as runs of seats, areas).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeatingPlan(pub Value);

impl utoipa::PartialSchema for SeatingPlan {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Type};
        let text =
            |what: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(what));
        let category =
            ObjectBuilder::new().property("name", text("what prices refer to")).required("name");
        let position = ObjectBuilder::new()
            .property("x", ObjectBuilder::new().schema_type(Type::Number))
            .property("y", ObjectBuilder::new().schema_type(Type::Number))
            .required("x")
            .required("y");
        let seat = ObjectBuilder::new()
            .property("seat_guid", text("unique over the whole plan"))
            .property("seat_number", text("what is printed on it"))
            .property("position", position)
            .property("category", text("a category of this plan"));
        let seat = ["seat_guid", "seat_number", "position", "category"]
            .into_iter()
            .fold(seat, ObjectBuilder::required);
        let row = ObjectBuilder::new()
            .property("row_number", text("what the row is called"))
            .property("seats", ArrayBuilder::new().items(seat))
            .required("row_number")
            .required("seats");
        let zone = ObjectBuilder::new()
            .property("name", text("what the section is called"))
            .property("rows", ArrayBuilder::new().items(row))
            .required("name")
            .required("rows");
        let plan = ObjectBuilder::new()
            .description(Some(
                "the open seating-plan format; what is not listed here is dropped and told",
            ))
            .property("name", text("what the plan is called"))
            .property("categories", ArrayBuilder::new().items(category))
            .property("zones", ArrayBuilder::new().items(zone));
        let plan = ["name", "categories", "zones"].into_iter().fold(plan, ObjectBuilder::required);
        OneOfBuilder::new()
            .description(Some("a seating plan: an object, or a text in the compact TOML format"))
            .item(text("the compact TOML format"))
            .item(plan)
            .into()
    }
}

impl ToSchema for SeatingPlan {}

/// A house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "0190f4a2-0000-7000-8000-000000000002", "name": "Small hall",
    "address": "1 Square, Seoul", "time_zone": "Asia/Seoul", "seats_total": 10,
    "categories": ["All"],
    "sections": [{"name": "Floor", "seats": 10, "accessible": 0, "general_admission": false}],
}))]
pub struct Venue {
    /// The venue.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub address: String,
    /// The IANA name of its time zone.
    pub time_zone: String,
    /// Seats and standing places.
    pub seats_total: u32,
    /// What prices refer to.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Its parts.
    #[serde(default)]
    pub sections: Vec<VenueSection>,
    /// What the plan said and the map does not keep; only right after an import.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
}

/// A part of a house, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VenueSection {
    /// What it is called.
    pub name: String,
    /// Seats or places in it.
    pub seats: u32,
    /// How many of them are for wheelchairs.
    #[serde(default)]
    pub accessible: u32,
    /// Places without rows and labels.
    #[serde(default)]
    pub general_admission: bool,
}

/// What of a house changes; what is left out stays. Its plan never changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"name": "Great hall"}))]
pub struct VenueChange {
    /// What it is called.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub name: Option<String>,
    /// Where it stands.
    #[serde(deserialize_with = "crate::given::given", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 1000)]
    pub address: Option<String>,
}

/// Who sells in a house besides its owner: all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accounts": ["0190f4a2-0000-7000-8000-000000000001"]}))]
pub struct NewSellers {
    /// Their accounts.
    #[schema(max_items = 100)]
    pub accounts: Vec<Uuid>,
}

/// Who sells in a house besides its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "items": [{"account_id": "0190f4a2-0000-7000-8000-000000000001", "nickname": "promoter"}],
}))]
pub struct Sellers {
    /// By account.
    pub items: Vec<Seller>,
}

/// Somebody who sells in another's house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seller {
    /// Who.
    pub account_id: Uuid,
    /// What they are called.
    pub nickname: String,
}
