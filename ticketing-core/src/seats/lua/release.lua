-- Frees holds of a buyer that have no order begun. ARGV[3] account, [4] hold, or '' for all
local ids = ARGV[4] ~= '' and {ARGV[4]} or redis.call('HKEYS', HOLDS)
for _, id in ipairs(ids) do
  local hold = hold_of(id)
  if hold and hold.a == ARGV[3] and hold.b == 0 then drop_hold(id) end
end
return {}
