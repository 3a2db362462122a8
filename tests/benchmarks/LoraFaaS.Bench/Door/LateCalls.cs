namespace LoraFaaS.Bench.Door;

/// <summary>The calls that were answered later than a limit, in arrays made beforehand: noting one allocates nothing. One thread owns it.</summary>
/// <param name="limit">In nanoseconds.</param>
internal sealed class LateCalls(long limit)
{
    private const int Most = 1 << 16;

    /// <summary>Calls due so close to one another are late for one reason, in nanoseconds.</summary>
    private const long Apart = 2_000_000;

    private readonly long[] _dueAt = new long[Most];
    private readonly long[] _late = new long[Most];
    private int _count;

    public void Clear() => _count = 0;

    public void Add(long dueAt, long nanoseconds)
    {
        if (nanoseconds >= limit && _count < Most)
        {
            (_dueAt[_count], _late[_count]) = (dueAt, nanoseconds);
            _count++;
        }
    }

    /// <summary>Stretches in which calls were late, those with most calls first.</summary>
    /// <param name="begun">When the load began, by the monotonic clock in nanoseconds.</param>
    public IReadOnlyList<LateStretch> Stretches(long begun)
    {
        Array.Sort(_dueAt, _late, 0, _count);
        var stretches = new List<LateStretch>();

        for (int first = 0, next; first < _count; first = next)
        {
            for (next = first + 1; next < _count && _dueAt[next] - _dueAt[next - 1] < Apart; next++)
            {
            }

            stretches.Add(new LateStretch((_dueAt[first] - begun) / 1e6, (_dueAt[next - 1] - _dueAt[first]) / 1e6, next - first, _late.AsSpan(first, next - first).ToArray().Max() / 1e6));
        }

        return [.. stretches.OrderByDescending(stretch => stretch.Calls)];
    }
}
