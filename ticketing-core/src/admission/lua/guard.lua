-- Every script of the live sale starts with this. A performance's state is good only under the
-- epoch and the run of Redis for which it was repaired last; anything else is refused, so that
-- state which a restart rolled back, or another server's old connection, changes nothing. State of
-- a layout that this server does not know is another server's, and is left alone.
-- KEYS[1] guard. ARGV[1] epoch, ARGV[2] run id ("repair" fills an epoch that nobody reads yet).
if ARGV[2] ~= 'repair' then
  local now_epoch, now_run, layout = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'run_id', 'layout'))
  if layout and layout ~= '1' then return redis.error_reply('LAYOUT ' .. layout) end
  if now_epoch ~= ARGV[1] or now_run ~= ARGV[2] then
    return redis.error_reply('STALE the performance is not repaired for this run of Redis')
  end
end
