-- Takes an account's place away; it stays out. ARGV[3] account, [4] drawn. Returns {number or ''}
local number = redis.call('HGET', BUCKET, ARGV[3])
redis.call('HSET', ENDED, ARGV[3], 'V')
if number then
  give_up(tonumber(number), ARGV[4])
  end_place(number, 'V')
end
return {number or ''}
