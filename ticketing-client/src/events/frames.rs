//! The text format of server-sent events (WHATWG HTML, 9.2), cut into frames.

/// A frame larger than this is none of ours.
const FRAME_BYTES_MAX: usize = 8 * 1024 * 1024;

/// One event as it was sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// `message` where the server did not say.
    pub(super) event: String,
    pub(super) data: String,
    pub(super) id: Option<String>,
}

/// What arrived and is not read yet.
#[derive(Debug, Default)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    begun: Begun,
}

#[derive(Debug, Default)]
struct Begun {
    event: String,
    data: Option<String>,
    id: Option<String>,
}

/// A frame has no end in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than {FRAME_BYTES_MAX} bytes")]
pub(super) struct TooLarge;

impl Frames {
    /// Takes bytes as they arrive, cut anywhere.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        let begun = self.begun.data.as_ref().map_or(0, String::len);
        if self.bytes.len() + begun + bytes.len() > FRAME_BYTES_MAX {
            return Err(TooLarge);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// The next whole frame.
    pub(super) fn next(&mut self) -> Option<Frame> {
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if !line.is_empty() {
                self.begun.add(line);
            } else if let Some(frame) = std::mem::take(&mut self.begun).finished() {
                return Some(frame);
            }
        }
        None
    }
}

impl Begun {
    /// A line `field: value`; a comment, which begins with a colon, is a heartbeat.
    fn add(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "id" => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            _ => {}
        }
    }

    /// Without data there was no event.
    fn finished(self) -> Option<Frame> {
        let event = if self.event.is_empty() { "message".to_owned() } else { self.event };
        Some(Frame { event, data: self.data?, id: self.id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = ": hello\n\nevent: seats\nid: 1-2\ndata: {\"a\":\ndata: 1}\n\n\
        retry: 5\r\ndata:x\r\n\r\ndata: cut";

    #[test]
    fn frames_are_found_wherever_the_bytes_are_cut() {
        for size in 1..TEXT.len() {
            let (mut frames, mut seen) = (Frames::default(), Vec::new());
            for chunk in TEXT.as_bytes().chunks(size) {
                frames.take(chunk).unwrap();
                seen.extend(std::iter::from_fn(|| frames.next()));
            }
            let first = Frame {
                event: "seats".to_owned(),
                data: "{\"a\":\n1}".to_owned(),
                id: Some("1-2".to_owned()),
            };
            let second = Frame { event: "message".to_owned(), data: "x".to_owned(), id: None };
            assert_eq!(seen, [first, second], "{size}");
        }
    }

    #[test]
    fn a_frame_without_an_end_is_given_up() {
        let mut frames = Frames::default();
        assert_eq!(frames.take(&vec![b'x'; FRAME_BYTES_MAX]), Ok(()));
        assert_eq!(frames.take(b"x"), Err(TooLarge));
    }
}
