-- For scripts of other capabilities: whether an account's pass is live.
local function has_live_pass(account, number, now)
  if tonumber(redis.call('HGET', BUCKET, account) or 0) ~= number then return false end
  local lease = redis.call('ZSCORE', ADMITTED, number)
  return lease and now < tonumber(lease)
end
