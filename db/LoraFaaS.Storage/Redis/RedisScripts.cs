namespace LoraFaaS.Storage.Redis;

/// <summary>What must happen in one piece, as Lua.</summary>
internal static class RedisScripts
{
    /// <summary>KEYS: workers, state. ARGV: id, JSON, time to live in ms.</summary>
    public const string PutWorker =
        """
        redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
        return redis.call('SADD', KEYS[1], ARGV[1])
        """;

    /// <summary>KEYS: workers, state. ARGV: id.</summary>
    public const string RemoveWorker =
        """
        redis.call('DEL', KEYS[2])
        return redis.call('SREM', KEYS[1], ARGV[1])
        """;

    /// <summary>KEYS: workers. ARGV: prefix of states. Gives the states and forgets ids that have none.</summary>
    public const string ListWorkers =
        """
        local alive = {}
        for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
            local state = redis.call('GET', ARGV[1] .. id)
            if state then
                alive[#alive + 1] = state
            else
                redis.call('SREM', KEYS[1], id)
            end
        end
        return alive
        """;

    /// <summary>KEYS: hash. ARGV: field, count, field, count …</summary>
    public const string AddCounts =
        """
        for i = 1, #ARGV, 2 do
            redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
        end
        return #ARGV
        """;

    /// <summary>KEYS: hash. ARGV: seconds to keep it without use, then field, count, field, count … Gives each field's sum.</summary>
    public const string AddAndGet =
        """
        local sums = {}
        for i = 2, #ARGV, 2 do
            sums[#sums + 1] = redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
        end
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return sums
        """;

    /// <summary>
    /// KEYS: grown, then a key's holders each. ARGV: how long grants last in ms, gateway, then for each key number, running, held, wanted, most. Gives for each key
    /// granted, is scarce, may ask again: LoraFaaS.Policies.Admission.KeyPlacePolicy, by the server's own clock.
    /// </summary>
    public const string LeaseKeyPlaces =
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        local lasts = tonumber(ARGV[1])
        local grown = tonumber(redis.call('GET', KEYS[1]) or '')
        if not grown then
            grown = now + lasts
            redis.call('SET', KEYS[1], string.format('%.0f', grown))
        end
        local young = now < grown
        local grants = {}
        for i = 2, #KEYS do
            local at = 3 + (i - 2) * 5
            local number, running, held = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
            local wanted, most = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
            local taken, idle, shared, before = 0, false, false, -1
            local all = redis.call('HGETALL', KEYS[i])
            for j = 1, #all, 2 do
                local h, r, u, n = string.match(all[j + 1], '^(%d+):(%d+):(%d+):(%d+)$')
                if tonumber(u) <= now then
                    redis.call('HDEL', KEYS[i], all[j])
                elseif all[j] == ARGV[2] then
                    before = tonumber(n)
                else
                    shared = true
                    taken = taken + tonumber(h)
                    idle = idle or tonumber(h) > tonumber(r)
                end
            end
            local granted = math.max(0, math.min(wanted, most - taken))
            if young then
                granted = math.min(granted, held)
            end
            if before < number then
                redis.call('HSET', KEYS[i], ARGV[2], string.format('%d:%d:%.0f:%.0f', granted, running, now + lasts, number))
                redis.call('PEXPIRE', KEYS[i], ARGV[1])
            end
            grants[#grants + 1] = granted
            grants[#grants + 1] = (shared and taken + granted >= most) and 1 or 0
            grants[#grants + 1] = (granted < wanted and (young or idle)) and 1 or 0
        end
        return grants
        """;

    /// <summary>KEYS: log. ARGV: lines to keep, seconds to keep them, then the lines.</summary>
    public const string AppendLog =
        """
        for i = 3, #ARGV do
            redis.call('RPUSH', KEYS[1], ARGV[i])
        end
        redis.call('LTRIM', KEYS[1], -tonumber(ARGV[1]), -1)
        return redis.call('EXPIRE', KEYS[1], ARGV[2])
        """;
}
