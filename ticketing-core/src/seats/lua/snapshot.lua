-- Every seat's status at one moment. Returns {sequence, status}
return {redis.call('HGET', CHANGES, 'sequence') or '0', redis.call('GET', STATUS) or ''}
