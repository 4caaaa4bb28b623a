-- The orders that seats are shown for. Returns {order, version, order, version, ..}
local orders, answer = {}, {}
for _, order in ipairs(redis.call('HVALS', ORDERED_BY)) do orders[order] = true end
for order in pairs(orders) do
  answer[#answer + 1] = order
  answer[#answer + 1] = redis.call('HGET', APPLIED, order)
end
return answer
