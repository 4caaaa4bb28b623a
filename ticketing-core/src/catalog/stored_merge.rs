//! Writing over what another version of the server wrote.

use serde_json::Value;

/// What is written where something stands already: fields that this version does not know stay.
pub(crate) fn merged(before: Value, after: Value) -> Value {
    match (before, after) {
        (Value::Object(mut before), Value::Object(after)) => {
            for (name, value) in after {
                let merged = match before.remove(&name) {
                    Some(known) => merged(known, value),
                    None => value,
                };
                before.insert(name, merged);
            }
            Value::Object(before)
        }
        (_, after) => after,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_of_a_newer_server_stay_when_an_older_one_writes() {
        let before = json!({"a": 1, "policy": {"new": true, "hold_seconds": 1}, "prices": [1, 2]});
        let after = json!({"a": 2, "policy": {"hold_seconds": 9}, "prices": [3]});
        let kept = json!({"a": 2, "policy": {"new": true, "hold_seconds": 9}, "prices": [3]});
        assert_eq!(merged(before, after), kept);
    }
}
