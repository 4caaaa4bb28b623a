-- For scripts of other capabilities: whether an account's pass is live. After a repair a place is
-- inside until the latest moment that its pass can end; the pass itself says when that is.
local function has_live_pass(account, number, expires_at, now)
  if tonumber(redis.call('HGET', BUCKET, account) or 0) ~= number then return false end
  local lease = redis.call('ZSCORE', ADMITTED, number)
  return lease and now < tonumber(lease) and now < expires_at
end
