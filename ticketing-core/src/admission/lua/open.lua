-- From here on ranks count. ARGV[3] places as recorded, [4] nobody comes in before
if redis.call('HGET', LINE, 'opened') ~= '1' then
  local resume_at = math.max(line_number('resume_at'), tonumber(ARGV[4]))
  redis.call('HSET', LINE, 'places', ARGV[3], 'opened', '1',
    'resume_at', string.format('%.0f', resume_at))
end
return {}
