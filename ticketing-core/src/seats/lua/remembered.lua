-- The answer a key was given. KEYS[20] the request's key. Returns {request's hash, answer} or {}
local first = redis.call('HMGET', KEYS[20], 'request', 'answer')
if not first[1] then return {} end
return first
