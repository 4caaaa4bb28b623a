-- Gives a place up, whatever it is. ARGV[3] account, [4] number (0: of an older epoch)
local number = tonumber(ARGV[4])
if number > 0 and tonumber(redis.call('HGET', BUCKET, ARGV[3]) or 0) == number then
  give_up(number)
end
return {}
