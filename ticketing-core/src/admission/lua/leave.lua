-- Gives a place up, whatever it is. ARGV[3] account, [4] number
if tonumber(redis.call('HGET', BUCKET, ARGV[3]) or 0) == tonumber(ARGV[4]) then
  give_up(tonumber(ARGV[4]))
end
return {}
