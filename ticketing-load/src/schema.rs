//! JSON schemas of what people and programs write and read: scenarios and runs.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::report::{FORMAT, Run};
use crate::scenario::Scenario;
use crate::span;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Where the types refer to each other, in the documents that the derive knows, and in a schema.
const REFERRED: &str = "#/components/schemas/";
const DEFINED: &str = "#/$defs/";

/// Of a scenario, as an editor may check it while it is written.
pub fn scenario() -> Value {
    document::<Scenario>("A scenario of `ticketing load run`")
}

/// Of `run.json`.
pub fn run() -> Value {
    document::<Run>(&format!("A run of `ticketing load`: run.json, {FORMAT}"))
}

/// The type itself, with all that it refers to beside it.
fn document<T: ToSchema>(title: &str) -> Value {
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    let defined: Map<_, _> =
        referred.into_iter().map(|(name, schema)| (name, plain(json!(schema)))).collect();
    let mut document = Map::new();
    document.insert("$schema".to_owned(), DIALECT.into());
    document.insert("title".to_owned(), title.into());
    if let Value::Object(own) = plain(json!(T::schema())) {
        document.extend(own);
    }
    document.insert("$defs".to_owned(), defined.into());
    document.into()
}

/// The same with references that hold within one document, and with durations as they are written.
fn plain(schema: Value) -> Value {
    match schema {
        Value::String(text) => text.replace(REFERRED, DEFINED).into(),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) if fields.contains_key("nanos") => {
            let duration = serde_json::from_value(Value::Object(fields));
            span::write(duration.expect("a default of the type itself")).into()
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, schema)| (name, plain(schema)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::report::tests::ended;
    use crate::scenario::SHIPPED;
    use crate::slo::Slo;

    fn errors(schema: &Value, document: &Value) -> Vec<String> {
        let validator = jsonschema::validator_for(schema).expect("a schema");
        validator.iter_errors(document).map(|error| format!("{error}")).collect()
    }

    #[test]
    fn every_shipped_scenario_is_as_the_schema_says_and_a_mistyped_word_is_not() {
        for (name, text) in SHIPPED {
            let document: Value = toml::from_str(text).unwrap();
            assert_eq!(errors(&scenario(), &document), [""; 0], "{name}");
            let mut wrong = document;
            wrong["buyers"]["determind"] = json!(0.5);
            assert_ne!(errors(&scenario(), &wrong), [""; 0], "{name}");
        }
    }

    #[test]
    fn a_run_is_as_its_schema_says() {
        let slo = Slo::parse("hold:p99<1s").unwrap();
        let mut document = json!(Run::judged(ended(), &[slo]));
        assert_eq!(errors(&run(), &document), [""; 0]);
        document["verdict"] = json!("fine");
        assert_ne!(errors(&run(), &document), [""; 0]);
    }

    #[test]
    fn the_schemas_in_the_documentation_are_these() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas");
        for (name, schema) in [("scenario", scenario()), ("run", run())] {
            let path = folder.join(format!("{name}.schema.json"));
            let written = std::fs::read_to_string(&path).unwrap_or_default();
            let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
            let how = format!("ticketing load schema {name} > docs/schemas/{name}.schema.json");
            assert!(written == made, "made anew by `{how}`");
        }
    }
}
