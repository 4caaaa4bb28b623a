//! The guard of a live sale, as a repair reads and writes it: which epoch is good, for which run of Redis.

use redis::Script;

use crate::admission::keys::{CLOSED_LAYOUT, Keys, LAYOUT, Live};
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// The epoch that is good, and the run of Redis for which it is.
pub(super) async fn guard_of(keys: &Keys, live: &Live) -> Result<(Option<u32>, Option<String>)> {
    let script = Script::new("return redis.call('HMGET', KEYS[1], 'epoch', 'run_id', 'layout')");
    let mut call = script.prepare_invoke();
    call.key(keys.guard(live.performance));
    let (epoch, run_id, layout): (Option<u32>, Option<String>, Option<u32>) =
        keys.run_in(live, &call).await?;
    if layout.is_some_and(|layout| layout.to_string() == CLOSED_LAYOUT) {
        return Err(Error::NotFound("sale"));
    }
    if let Some(layout) = layout.filter(|layout| *layout != LAYOUT) {
        let row = format!("{} {layout}", live.performance);
        return Err(Error::unreadable("live", "layout", row, "a newer one: not repaired"));
    }
    Ok((epoch, run_id))
}

/// Nobody goes on in the epoch that was good: whoever came in while the books are read would be missing
/// in the next. And no other repair ends any more: one that lost its lock may still be filling.
pub(super) async fn end_epoch(keys: &Keys, live: &Live, mark: &str) -> Result<()> {
    let script = Script::new(
        "redis.call('HDEL', KEYS[1], 'run_id')
         redis.call('HSET', KEYS[1], 'repairing', ARGV[1])",
    );
    let mut call = script.prepare_invoke();
    call.key(keys.guard(live.performance)).arg(mark);
    keys.run_in(live, &call).await
}

/// Refuses when the line that this repair filled is gone: Redis was wiped meanwhile; when the sale was
/// closed; and where another repair has begun or a later epoch is good: this one has lost its lock.
pub(super) async fn write_guard(
    keys: &Keys,
    live: &Live,
    mark: &str,
    run_id: &str,
    resume_at: Timestamp,
) -> Result<()> {
    let script = Script::new(
        "if redis.call('HGET', KEYS[2], 'repair') ~= ARGV[3] then
             return redis.error_reply('STALE the line that was being repaired is gone')
         end
         local now_epoch, layout, repairing =
             unpack(redis.call('HMGET', KEYS[1], 'epoch', 'layout', 'repairing'))
         if layout and layout ~= ARGV[4] then return redis.error_reply('LAYOUT ' .. layout) end
         if repairing ~= ARGV[3] or (tonumber(now_epoch) or 0) > tonumber(ARGV[1]) then
             return redis.error_reply('STALE another repair has begun')
         end
         redis.call('HDEL', KEYS[1], 'repairing')
         if (tonumber(redis.call('HGET', KEYS[2], 'resume_at')) or 0) < tonumber(ARGV[5]) then
             redis.call('HSET', KEYS[2], 'resume_at', ARGV[5])
         end
         redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'run_id', ARGV[2], 'layout', ARGV[4])",
    );
    let mut call = script.prepare_invoke();
    call.key(keys.guard(live.performance)).key(keys.in_epoch(live, "line"));
    call.arg(live.epoch).arg(run_id).arg(mark).arg(LAYOUT).arg(resume_at.as_millis());
    keys.run_in(live, &call).await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::NoRepair;
    use super::*;
    use crate::guards::Guards;
    use crate::services::redis::Redis;

    /// What a guard says before a repair of epoch 5 writes it, and whether it may.
    const GUARDS: [(&[(&str, &str)], bool); 8] = [
        (&[], false),
        (&[("repairing", "mark")], true),
        (&[("repairing", "mark"), ("epoch", "4"), ("layout", "1")], true),
        (&[("repairing", "later"), ("epoch", "4"), ("layout", "1")], false),
        (&[("epoch", "7"), ("run_id", "mine"), ("layout", "1")], false),
        (&[("repairing", "mark"), ("epoch", "6"), ("run_id", "older"), ("layout", "1")], false),
        (&[("repairing", "mark"), ("epoch", "4"), ("layout", "0")], false),
        (&[("repairing", "mark"), ("epoch", "4"), ("layout", "2")], false),
    ];

    #[tokio::test]
    #[ignore = "needs ./services up"]
    async fn a_guard_is_written_by_the_newest_repair_over_no_later_epoch_and_no_other_layout() {
        let url = std::env::var("TICKETING_REDIS").unwrap();
        let redis = Arc::new(Redis::new(&url.into()).unwrap());
        let namespace = format!("guard-{}", std::process::id());
        let keys =
            Keys::new(redis.clone(), namespace.clone(), Arc::new(NoRepair), Guards::default());
        let session = redis.session().await.unwrap();
        for (number, (before, may)) in (0_u128..).zip(GUARDS) {
            let performance = uuid::Uuid::from_u128(number).into();
            let live =
                Live { session: session.clone(), performance, epoch: 5, run_id: "repair".into() };
            let fill = Script::new(
                "redis.call('HSET', KEYS[2], 'repair', 'mark', 'resume_at', 700)
                 if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end",
            );
            let mut call = fill.prepare_invoke();
            call.key(keys.guard(performance)).key(keys.in_epoch(&live, "line"));
            for (field, value) in before {
                call.arg(field).arg(value);
            }
            keys.run_in::<()>(&live, &call).await.unwrap();
            let written =
                write_guard(&keys, &live, "mark", "run", Timestamp::from_millis(900)).await;
            assert_eq!(written.is_ok(), may, "{before:?}");
            let read = Script::new(
                "return {redis.call('HGET', KEYS[1], 'run_id') == 'run',
                     redis.call('HGET', KEYS[2], 'resume_at')}",
            );
            let mut call = read.prepare_invoke();
            call.key(keys.guard(performance)).key(keys.in_epoch(&live, "line"));
            let (mine, resume_at): (Option<bool>, i64) = keys.run_in(&live, &call).await.unwrap();
            assert_eq!((mine.unwrap_or(false), resume_at == 900), (may, may), "{before:?}");
        }
        redis.remove_keys(&format!("{{{namespace}:*")).await.unwrap();
    }
}
