use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value, json};

use super::ObjectsOnly;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Login {
    email: String,
    password: String,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Newtype(Login);

#[derive(Debug, Deserialize, PartialEq)]
struct Pair(u32, Login);

#[derive(Debug, Deserialize, PartialEq)]
struct Nothing;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Unit,
    Newtype(Login),
    Tuple(u32, Login),
    Struct { login: Login },
}

/// What the body says, or the path and the message of the refusal.
fn read<T: DeserializeOwned>(body: &str) -> Result<T, String> {
    let mut json = Deserializer::from_slice(body.as_bytes());
    let value = serde_path_to_error::deserialize(ObjectsOnly(&mut json))
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))?;
    json.end().map_err(|error| error.to_string())?;
    Ok(value)
}

fn login() -> Login {
    Login { email: "a@b.c".into(), password: "pw".into() }
}

const OBJECT: &str = r#"{"email":"a@b.c","password":"pw"}"#;
const ARRAY: &str = r#"["a@b.c","pw"]"#;

/// `LOGIN` in `body` may be an object, and at `path` nothing else.
#[track_caller]
fn holds<T: DeserializeOwned>(body: &str, path: &str) {
    if let Err(error) = read::<T>(&body.replace("LOGIN", OBJECT)) {
        panic!("an object is refused: {error}");
    }
    let array = body.replace("LOGIN", ARRAY);
    assert!(serde_json::from_str::<T>(&array).is_ok(), "serde itself takes the array");
    let error = read::<T>(&array).err().expect("an array is refused");
    let message = format!("{path}: invalid type: sequence, expected an object");
    assert!(error.starts_with(&message), "{error}");
}

#[test]
fn a_struct_is_an_object() {
    assert_eq!(read(OBJECT), Ok(login()));
    holds::<Login>("LOGIN", ".");
}

#[test]
fn the_rule_holds_at_any_depth() {
    holds::<Option<Login>>("LOGIN", ".");
    holds::<Option<Option<Box<Login>>>>("LOGIN", ".");
    holds::<Newtype>("LOGIN", ".");
    holds::<Vec<Login>>("[LOGIN]", "[0]");
    holds::<[Login; 1]>("[LOGIN]", "[0]");
    holds::<(u32, Login)>("[1,LOGIN]", "[1]");
    holds::<Pair>("[1,LOGIN]", "[1]");
    holds::<BTreeMap<String, Vec<Login>>>(r#"{"a":[LOGIN]}"#, "a[0]");
    holds::<BTreeMap<u32, Login>>(r#"{"7":LOGIN}"#, "7");
}

#[test]
fn variants_follow_the_rule() {
    holds::<Choice>(r#"{"newtype":LOGIN}"#, "newtype");
    holds::<Choice>(r#"{"tuple":[1,LOGIN]}"#, "tuple[1]");
    holds::<Choice>(r#"{"struct":{"login":LOGIN}}"#, "struct.login");
    let error = read::<Choice>(&format!(r#"{{"struct":[{OBJECT}]}}"#)).unwrap_err();
    assert!(error.contains("sequence, expected an object"), "{error}");
    assert_eq!(read(r#""unit""#), Ok(Choice::Unit));
}

#[test]
fn an_adjacently_tagged_enum_is_an_object() {
    #[derive(Debug, Deserialize)]
    #[serde(tag = "kind", content = "with")]
    enum Adjacent {
        #[expect(dead_code, reason = "read, never looked at")]
        Login(Login),
    }
    holds::<Adjacent>(r#"{"kind":"Login","with":LOGIN}"#, "with");
    let error = read::<Adjacent>(&format!(r#"["Login",{OBJECT}]"#)).unwrap_err();
    assert!(error.contains("sequence, expected an object"), "{error}");
    let buffered = format!(r#"{{"with":{ARRAY},"kind":"Login"}}"#);
    assert!(read::<Adjacent>(&buffered).is_ok(), "content before its tag is buffered");
}

#[test]
fn what_is_no_object_is_said_in_words_of_json() {
    let error = read::<Login>("null").unwrap_err();
    assert_eq!(error, ".: invalid type: null, expected an object at line 1 column 4");
    let error = read::<Login>("7").unwrap_err();
    assert!(error.starts_with(".: invalid type: integer `7`, expected an object"), "{error}");
}

#[test]
fn arrays_stay_where_arrays_are_meant() {
    assert_eq!(read("[1,2]"), Ok([1_u32, 2]));
    assert_eq!(read(r#"[1,"a"]"#), Ok((1_u32, "a".to_owned())));
    assert_eq!(read("[[1,2],[3,4]]"), Ok(vec![[1_u32, 2], [3, 4]]));
    assert_eq!(read(&format!("[7,{OBJECT}]")), Ok(Pair(7, login())));
    assert_eq!(read("null"), Ok(Nothing));
    let value = json!({"a": [1, -2, 3.5, null, {"b": [[]]}], "c": u64::MAX, "d": "x"});
    assert_eq!(read(&value.to_string()), Ok(value));
}

#[test]
fn numbers_and_options_read_as_before() {
    assert_eq!(read(&u64::MAX.to_string()), Ok(u64::MAX));
    assert_eq!(read(&i64::MIN.to_string()), Ok(i64::MIN));
    assert_eq!(read(&u128::MAX.to_string()), Ok(u128::MAX));
    assert_eq!(read("2.5"), Ok(2.5_f64));
    assert_eq!(read("7"), Ok(7.0_f64));
    assert_eq!(read::<Option<Option<u32>>>("null"), Ok(None));
    assert_eq!(read("3"), Ok(Some(Some(3_u32))));
    assert_eq!(read(r#""x""#), Ok('x'));
    assert!(read::<u8>("256").is_err());
    assert!(read::<u64>("-1").is_err());
    assert!(read::<u64>("1.0").is_err());
}

#[test]
fn text_is_borrowed_where_it_can_be() {
    let mut json = Deserializer::from_str(r#""plain""#);
    assert_eq!(<&str>::deserialize(ObjectsOnly(&mut json)).unwrap(), "plain");
}

#[test]
fn fields_are_refused_with_the_messages_of_serde() {
    let refused = |body: &str| read::<Login>(body).unwrap_err();
    assert!(refused(r#"{"email":"a","pin":1}"#).starts_with("pin: unknown field `pin`, expected"));
    assert!(refused(r#"{"email":"a"}"#).starts_with(".: missing field `password`"));
    assert!(refused(r#"{"email":"a","email":"b"}"#).contains("duplicate field `email`"));
    assert!(refused(r#"{"email":7}"#).starts_with("email: invalid type: integer `7`, expected a"));
    assert!(refused(r#"{"email":"a","password":"b"} x"#).contains("trailing characters"));
}

#[test]
fn nesting_ends_where_serde_json_ends_it() {
    #[derive(Debug, Deserialize)]
    struct Chain {
        #[expect(dead_code, reason = "read, never looked at")]
        next: Option<Box<Chain>>,
    }
    let nested = |depth| format!("{}null{}", r#"{"next":"#.repeat(depth), "}".repeat(depth));
    assert!(read::<Chain>(&nested(120)).is_ok());
    assert!(read::<Chain>(&nested(200)).unwrap_err().contains("recursion limit exceeded"));
    let arrays = "[".repeat(10_000);
    assert!(read::<Value>(&arrays).unwrap_err().contains("recursion limit exceeded"));
}

#[test]
fn a_value_in_memory_is_held_to_the_rule() {
    let value = json!({"logins": [["a@b.c", "pw"]]});
    assert!(BTreeMap::<String, Vec<Login>>::deserialize(&value).is_ok());
    let error = BTreeMap::<String, Vec<Login>>::deserialize(ObjectsOnly(&value)).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: sequence, expected an object");
}
