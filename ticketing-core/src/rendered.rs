//! What an edge made of a value once, for everybody who asks for it.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Goes along with a value that does not change, and keeps what was made of it: the core does not
/// know how answers look, and nobody should make the same one twice.
#[derive(Clone, Default)]
pub struct Rendered(Arc<OnceLock<Arc<dyn Any + Send + Sync>>>);

impl Rendered {
    /// What `render` makes, made once. One value is rendered in one way: another type is made anew
    /// each time.
    pub fn get_or_render<Face: Send + Sync + 'static>(
        &self,
        render: impl Fn() -> Face,
    ) -> Arc<Face> {
        let face = self.0.get_or_init(|| Arc::new(render())).clone();
        face.downcast().unwrap_or_else(|_| Arc::new(render()))
    }
}

/// It says nothing that the value does not say.
impl PartialEq for Rendered {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Rendered {}

impl fmt::Debug for Rendered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Rendered")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_value_is_rendered_once_also_for_its_clones() {
        let (rendered, made) = (Rendered::default(), AtomicU32::new(0));
        let render = || made.fetch_add(1, Ordering::Relaxed);
        assert_eq!(*rendered.get_or_render(render), 0);
        assert_eq!(*rendered.clone().get_or_render(render), 0);
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }
}
