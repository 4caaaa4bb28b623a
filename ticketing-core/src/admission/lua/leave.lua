-- Gives a place up, whatever it is. ARGV[3] account, [4] number, [5] old, [6] drawn
local number = tonumber(ARGV[4])
if whose(BUCKET, ARGV[3], number, ARGV[5] == '1', ARGV[6]) == 'mine' then
  give_up(number, ARGV[6])
end
return {}
