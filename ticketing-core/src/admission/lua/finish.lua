-- Ends the pass of somebody who has paid. ARGV[3] account, [4] number
local number = tonumber(ARGV[4])
local mine = tonumber(redis.call('HGET', BUCKET, ARGV[3]) or 0) == number
if mine and redis.call('ZREM', ADMITTED, number) == 1 then end_place(number, 'D') end
return {}
