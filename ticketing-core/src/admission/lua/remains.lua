-- What an earlier epoch still knows. ARGV[3], .. numbers. Returns {head, {those that ended}}
local ended = {}
for at = 3, #ARGV do
  if redis.call('HEXISTS', ENDED, ARGV[at]) == 1 then ended[#ended + 1] = ARGV[at] end
end
return {tostring(line_number('head')), ended}
